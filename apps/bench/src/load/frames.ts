import { ChunkEncoder, type ChunkMessage } from "@rtmp/chunk";
import { noise } from "../micro/samples.js";
import type { IngestJob } from "./jobs.js";

/** Milliseconds between frames. */
export const FRAME_MS = 33;
/** Frames from one key frame to the next. */
const GROUP = 60;
const CHUNK_STREAM = 6;
const VIDEO = 9;
/** Where a frame's number stands, behind the head of an AVC tag and a NAL unit's. */
const NUMBER_AT = 10;

/** An AVC frame of this length, with its number in it. */
export function frame(number: number, length: number): Uint8Array<ArrayBuffer> {
  const body = noise(Math.max(length, NUMBER_AT + 4), number);
  body.set([number % GROUP === 0 ? 0x17 : 0x27, 1, 0, 0, 0]);
  const view = new DataView(body.buffer);
  view.setUint32(5, body.length - 9);
  view.setUint8(9, 0x41);
  view.setUint32(NUMBER_AT, number);
  return body;
}

/** The number of a frame; `undefined` for what is none, as a sequence header. */
export function frameNumber(body: Uint8Array): number | undefined {
  if (body.length < NUMBER_AT + 4 || body[1] !== 1) return undefined;
  return new DataView(body.buffer, body.byteOffset, body.byteLength).getUint32(NUMBER_AT);
}

/** A sequence header as x264 makes one. */
export const SEQUENCE_HEADER = Uint8Array.from([
  0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x28, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x28, 1, 0, 3, 0x68, 0xee, 0x3c,
]);

/** A video message on message stream 1. @param timestamp in ms. */
export function videoMessage(payload: Uint8Array, timestamp: number): ChunkMessage {
  return { chunkStreamId: CHUNK_STREAM, messageTypeId: VIDEO, messageStreamId: 1, timestamp, payload };
}

/** An encoder for a connection on which this chunk size has been announced. */
export function encoderFor(chunkSize: number, fullHeaderEvery = 256): ChunkEncoder {
  const encoder = new ChunkEncoder({ fullHeaderEvery });
  encoder.encode(setChunkSize(chunkSize));
  return encoder;
}

/** Announces a chunk size. */
export function setChunkSize(size: number): ChunkMessage {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, size);
  return { chunkStreamId: 2, timestamp: 0, messageTypeId: 1, messageStreamId: 0, payload };
}

/** What an ingest load sends, once the answer to publish is there. */
export interface StreamOfFrames {
  /** The first three messages. */
  readonly beginPayloads: readonly Uint8Array[];
  /** Those that follow, over and over. */
  readonly payloads: readonly Uint8Array[];
  /** Chunks of the first three messages. */
  readonly begin: Buffer;
  /** Of those that follow: each has a header with a time that counts from the one before. */
  readonly frames: readonly Buffer[];
}

/** Length of a frame, in bytes, where it goes as fast as it can, and how many differ. */
const FLAT = { length: 10_000, frames: 100 } as const;
/** How many frames of a paced load differ. */
const PACED_FRAMES = 60;

/** The sequence header, two frames, and frames without end, which take turns in length, so that each has a header of 8 bytes. */
export function streamOf({ bitsPerSecond, chunkSize }: IngestJob): StreamOfFrames {
  const length = bitsPerSecond === undefined ? FLAT.length : Math.round((bitsPerSecond / 8 / 1000) * FRAME_MS);
  const count = bitsPerSecond === undefined ? FLAT.frames : PACED_FRAMES;
  const encoder = encoderFor(chunkSize, Number.MAX_SAFE_INTEGER);
  let timestamp = -FRAME_MS;
  const video = (payload: Uint8Array) => {
    timestamp += FRAME_MS;
    return encoder.encode(videoMessage(payload, timestamp));
  };
  const payloads = Array.from({ length: count }, (_, i) => frame(i, length - 16 * (i % 2)));
  const beginPayloads = [SEQUENCE_HEADER, ...payloads.slice(0, 2)];
  const begin = Buffer.concat(beginPayloads.map(video));
  return { beginPayloads, payloads, begin, frames: payloads.map((payload) => Buffer.from(video(payload))) };
}
