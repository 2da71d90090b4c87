import { ChunkEncoder, type ChunkMessage } from "@rtmp/chunk";
import { noise } from "../micro/samples.js";

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

/** Bytes of a stream as an encoder sends them, behind the answer to publish. */
export interface StreamBytes {
  /** The sequence header and two frames. */
  readonly begin: Buffer;
  /** Frames that may follow each other for ever: each has a header with a time that counts from the one before. */
  readonly frames: readonly Buffer[];
}

/**
 * Chunks of frames that take turns in length, around `length`, so that each has a header of 8 bytes.
 * @param frames an even number.
 */
export function streamBytes(length: number, frames: number, chunkSize: number): StreamBytes {
  const encoder = encoderFor(chunkSize, Number.MAX_SAFE_INTEGER);
  let timestamp = -FRAME_MS;
  const video = (payload: Uint8Array) => {
    timestamp += FRAME_MS;
    return encoder.encode(videoMessage(payload, timestamp));
  };
  const nth = (number: number) => frame(number, length - 16 * (number % 2));
  const begin = Buffer.concat([video(SEQUENCE_HEADER), video(nth(0)), video(nth(1))]);
  return { begin, frames: Array.from({ length: frames }, (_, i) => Buffer.from(video(nth(i)))) };
}
