import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ChunkDecoder, type ChunkMessage } from "@rtmp/chunk";

const HANDSHAKE = 1 + 2 * 1536;
const COMMAND = 20;
const DATA = 18;

/** What OBS 29 sent when it published: its first command, `connect`, and its metadata, as payloads. */
export function recordedPayloads(): { readonly connect: Uint8Array; readonly metadata: Uint8Array } {
  const folder = dirname(createRequire(import.meta.url).resolve("@rtmp/conformance/package.json"));
  const decoder = new ChunkDecoder();
  decoder.push(readFileSync(join(folder, "captures/obs29-publish.c2s.bin")).subarray(HANDSHAKE));
  const messages: ChunkMessage[] = [];
  for (let message = decoder.read(); message !== undefined; message = decoder.read()) messages.push(message);
  const first = (type: number): Uint8Array => {
    const found = messages.find(({ messageTypeId }) => messageTypeId === type);
    if (found === undefined) throw new Error(`the recording has no message of type ${type}`);
    return found.payload;
  };
  return { connect: first(COMMAND), metadata: first(DATA) };
}

/** An object of so many members: a third each numbers, strings and booleans. */
export function largeObject(members: number): Record<string, number | string | boolean> {
  const object: Record<string, number | string | boolean> = {};
  for (let i = 0; i < members; i++)
    object[`member${i}`] = i % 3 === 0 ? i * 1.5 : i % 3 === 1 ? `value ${i}` : i % 2 === 0;
  return object;
}

/** Bytes that differ from each other and are the same in every run. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
