import { decodeAmf0, encodeAmf0 } from "@rtmp/amf0";
import { ChunkDecoder } from "@rtmp/chunk";
import { encoderFor, videoMessage } from "../load/frames.js";
import { largeObject, noise } from "../micro/samples.js";
import { median } from "../report.js";
import type { Curve, Point } from "./curve.js";

const READ = 65_536;
const CHUNK_SIZE = 4096;

/** Curves that need no server: what a byte, a message and a member cost to decode. @param timeMs for each point. */
export function decodingCurves(timeMs: number): Curve[] {
  const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16_384, 65_536];
  const lengths = [10, 100, 1000, 10_000, 100_000, 1_000_000, 8 * 1024 * 1024];
  return [
    {
      name: "decode-by-chunk-size",
      title: "Decoding a message of 100 kB, by chunk size",
      xLabel: "chunk size, bytes",
      yLabel: "ns a byte",
      points: sizes.map((size) => point(size, timeMs, () => decode(size, 100_000), 100_000)),
    },
    {
      name: "decode-by-message-length",
      title: "Decoding messages in chunks of 4096 bytes, by length",
      xLabel: "length of a message, bytes",
      yLabel: "ns a byte",
      points: lengths.map((length) =>
        point(length, timeMs, () => decode(CHUNK_SIZE, length), length * countOf(length)),
      ),
    },
    {
      name: "amf0-by-members",
      title: "Decoding an AMF0 object, by members",
      xLabel: "members",
      yLabel: "ns a member",
      points: [1, 10, 100, 1000, 2000].map((members) => {
        const bytes = encodeAmf0(largeObject(members));
        return point(members, timeMs, () => () => void decodeAmf0(bytes), members);
      }),
    },
  ];
}

/** Messages decoded at a time: short ones are many, so that the beginning of a connection does not count. */
function countOf(length: number): number {
  return Math.max(1, Math.ceil(100_000 / length));
}

function decode(chunkSize: number, length: number): () => void {
  const encoder = encoderFor(chunkSize);
  const messages = Array.from({ length: countOf(length) }, (_, i) => videoMessage(noise(length, i), i));
  const wire = Buffer.concat(messages.map((message) => encoder.encode(message)));
  const size = new Uint8Array([2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  new DataView(size.buffer).setUint32(12, chunkSize);
  return () => {
    const decoder = new ChunkDecoder();
    decoder.push(size);
    decoder.read();
    let left = messages.length;
    for (let at = 0; at < wire.length; at += READ) {
      decoder.push(wire.subarray(at, at + READ));
      while (decoder.read() !== undefined) left--;
    }
    if (left !== 0) throw new Error(`${left} messages of ${length} bytes were not decoded`);
  };
}

function point(x: number, timeMs: number, prepare: () => () => void, units: number): Point {
  const run = prepare();
  const times: number[] = [];
  const until = performance.now() + timeMs;
  do {
    const at = performance.now();
    run();
    times.push(performance.now() - at);
  } while (times.length < 5 || performance.now() < until);
  return { x, y: (median(times) * 1e6) / units };
}
