import { createHash } from "node:crypto";
import { ByteWriter } from "@rtmp/bytes-util";
import { ChunkDecoder, ChunkEncoder, type ChunkMessage, encodeChunkBody, encodeChunkHead } from "@rtmp/chunk";
import { encoderFor, setChunkSize } from "../load/frames.js";
import type { Contender, Contest } from "./contest.js";
import { loadNodeMediaServer } from "./peers.js";
import { noise } from "./samples.js";

/** Few, so that they stay in the caches, as the bytes of a read do. */
const COUNT = 24;
const MESSAGE_LENGTH = 10_000;
const READ = 65_536;
const VIDEO = { chunkStreamId: 6, messageTypeId: 9, messageStreamId: 1 };
/** Players that one packet goes to. */
const PLAYERS = 200;

/** Chunks both ways: messages of 10 kB, in reads of 64 KiB. */
export function chunkContests(): Contest[] {
  return [128, 4096, 60_000].flatMap((chunkSize) => [decoding(chunkSize), encoding(chunkSize)]).concat(sharing());
}

/** Made once: to put a message together costs as much as to encode it. */
const MESSAGES: readonly ChunkMessage[] = Array.from({ length: COUNT }, (_, index) => ({
  ...VIDEO,
  timestamp: index * 33,
  payload: noise(MESSAGE_LENGTH, index),
}));

function wireOf(chunkSize: number): Uint8Array {
  const encoder = encoderFor(chunkSize);
  return Buffer.concat(MESSAGES.map((message) => encoder.encode(message)));
}

function decoding(chunkSize: number): Contest {
  const wire = wireOf(chunkSize);
  const announced = new ChunkEncoder().encode(setChunkSize(chunkSize));
  const room = new Uint8Array(wire.length);
  const ours = (payloads: "own" | "borrowed", take: (payload: Uint8Array) => void) => {
    const decoder = new ChunkDecoder({}, { payloads });
    decoder.push(announced);
    decoder.read();
    if (payloads === "borrowed") room.set(wire); // they are moved in place, and a server reads each byte once
    const input = payloads === "borrowed" ? room : wire;
    for (let at = 0; at < input.length; at += READ) {
      decoder.push(input.subarray(at, at + READ));
      for (let message = decoder.read(); message !== undefined; message = decoder.read()) take(message.payload);
    }
  };
  return {
    name: `chunk decode, chunk size ${chunkSize}`,
    bytes: wire.length,
    contenders: [
      contender("ours, as the server decodes (the copy of its input included)", (take) => ours("borrowed", take)),
      contender("ours, payloads of their own", (take) => ours("own", take)),
      contender("node-media-server", (take) => readWithNodeMediaServer(wire, chunkSize, take)),
    ],
  };
}

/** Its parser hands out no message: what it would do with one is replaced, and its buffer is used again. */
function readWithNodeMediaServer(wire: Uint8Array, chunkSize: number, take: (payload: Uint8Array) => void): void {
  const { Rtmp } = loadNodeMediaServer();
  const parser = new Rtmp();
  parser.handshakeState = 3;
  parser.inChunkSize = chunkSize;
  parser.packetHandler = () => {
    const { payload, header } = parser.parserPacket;
    take(payload.subarray(0, header.length));
  };
  for (let at = 0; at < wire.length; at += READ) {
    const read = wire.subarray(at, at + READ);
    parser.parserData(Buffer.from(read.buffer, read.byteOffset, read.length));
  }
}

/** A reader that is timed with its payloads counted, and compared with them hashed. */
function contender(name: string, read: (take: (payload: Uint8Array) => void) => void): Contender {
  return {
    name,
    run: () => {
      let bytes = 0;
      read((payload) => {
        bytes += payload.length;
      });
      return bytes;
    },
    check: () => {
      const hash = createHash("sha256");
      read((payload) => hash.update(payload));
      return hash.digest("hex");
    },
  };
}

function encoding(chunkSize: number): Contest {
  const wire = wireOf(chunkSize);
  const out = new ByteWriter(wire.length);
  const write = () => {
    const encoder = encoderFor(chunkSize);
    out.reset();
    for (const message of MESSAGES) encoder.write(out, message);
    return out.length;
  };
  return {
    name: `chunk encode, chunk size ${chunkSize}`,
    bytes: wire.length,
    contenders: [
      {
        name: "ours, into a writer that is used again",
        run: write,
        check: () => {
          write();
          return Buffer.from(out.view()).toString("hex");
        },
      },
      {
        name: "ours, an array a message",
        run: () => {
          const encoder = encoderFor(chunkSize);
          return MESSAGES.map((message) => encoder.encode(message));
        },
        check: () => Buffer.from(wireOf(chunkSize)).toString("hex"),
      },
    ],
  };
}

/** One message for many players. node-media-server always writes chunks of 65535 bytes. */
function sharing(): Contest[] {
  const { Rtmp } = loadNodeMediaServer();
  const payload = noise(MESSAGE_LENGTH);
  const buffer = Buffer.from(payload);
  const head = { ...VIDEO, timestamp: 40, payloadLength: payload.length };
  const header = { fmt: 0, cid: 6, timestamp: 40, length: payload.length, type: 9, stream_id: 1 };
  return [
    {
      name: `one message of 10 kB for ${PLAYERS} players, chunk size 65535`,
      contenders: [
        {
          name: "ours: encoded once",
          run: () => [encodeChunkHead(head), encodeChunkBody(payload, 6, 40, 65_535)],
          check: () => Buffer.concat([encodeChunkHead(head), encodeChunkBody(payload, 6, 40, 65_535)]).toString("hex"),
        },
        {
          name: "node-media-server: encoded once",
          run: () => Rtmp.chunksCreate({ header, payload: buffer }),
          check: () => Rtmp.chunksCreate({ header, payload: buffer }).toString("hex"),
        },
      ],
    },
  ];
}
