import { randomFillSync } from "node:crypto";
import { ClientHandshake, ServerHandshake } from "@rtmp/handshake";
import { nodeHmacSha256 } from "@rtmp/session/node";
import type { Contest } from "./contest.js";
import { loadNodeMediaServer } from "./peers.js";
import { noise } from "./samples.js";

const random = (target: Uint8Array<ArrayBuffer>): void => void randomFillSync(target);
const node = { random, hmacSha256: nodeHmacSha256 };

/** The digest handshake, one side at a time. */
export function handshakeContests(): Contest[] {
  const { c0c1, c2 } = fromClient();
  const answers = answer(node, c0c1, c2);
  return [
    {
      name: "handshake, digest, server's side",
      contenders: [
        server("ours, HMAC of Node", () => answer(node, c0c1, c2)),
        server("ours, HMAC in JavaScript", () => answer({ random }, c0c1, c2)),
        server("node-media-server", () => answerOfNodeMediaServer(c0c1, c2)),
      ],
    },
    {
      name: "handshake, digest, client's side",
      contenders: [
        { name: "ours, HMAC of Node", run: () => connect(node, answers), check: () => "digest" },
        { name: "ours, HMAC in JavaScript", run: () => connect({ random }, answers), check: () => "digest" },
      ],
    },
  ];
}

/** A server: right if a client that wants its C1 answered takes the answer for a digest. */
function server(name: string, run: () => Uint8Array) {
  return { name, run, check: () => connect({ ...node, ...fixed }, run(), true) };
}

/** Makes the same C1 each time, so that any server's answer to it can be judged. */
const fixed = { random: (target: Uint8Array<ArrayBuffer>): void => target.set(noise(target.length)) };

function fromClient(): { readonly c0c1: Uint8Array; readonly c2: Uint8Array } {
  const client = new ClientHandshake({ ...node, ...fixed, mode: "digest" });
  const c0c1 = client.takeOutput() ?? new Uint8Array(0);
  client.push(answer(node, c0c1, new Uint8Array(0)));
  return { c0c1, c2: client.takeOutput() ?? new Uint8Array(0) };
}

function answer(options: ConstructorParameters<typeof ServerHandshake>[0], c0c1: Uint8Array, c2: Uint8Array) {
  const handshake = new ServerHandshake(options);
  handshake.push(c0c1);
  const output = handshake.takeOutput() ?? new Uint8Array(0);
  handshake.push(c2);
  return output;
}

function answerOfNodeMediaServer(c0c1: Uint8Array, c2: Uint8Array): Uint8Array {
  const { Rtmp } = loadNodeMediaServer();
  const parser = new Rtmp();
  let output: Uint8Array = new Uint8Array(0);
  parser.onOutputCallback = (bytes) => {
    output = bytes;
  };
  parser.parserData(Buffer.from(c0c1.buffer, c0c1.byteOffset, c0c1.length));
  parser.parserData(Buffer.from(c2.buffer, c2.byteOffset, c2.length));
  return output;
}

function connect(options: ConstructorParameters<typeof ServerHandshake>[0], answers: Uint8Array, verify = false) {
  const client = new ClientHandshake({ ...options, mode: "digest", verify });
  client.takeOutput();
  client.push(answers);
  return client.mode;
}
