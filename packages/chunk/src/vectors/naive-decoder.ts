import type { ChunkErrorCode } from "../chunk-error.js";
import type { ChunkLimits } from "../chunk-limits.js";
import type { ChunkMessage } from "../chunk-message.js";

/** What became of a whole chunk stream: its messages, and "waiting" for more or the code of an error. */
export interface Outcome {
  messages: ChunkMessage[];
  end: "waiting" | ChunkErrorCode;
  maxChunkSize: number;
}

interface Stream {
  timestamp: number;
  field: number;
  extended: boolean;
  length: number;
  type: number;
  messageStreamId: number;
  payload: number[] | undefined; // of the message that is incomplete
  chunks: number; // whole chunks of it so far
}

class Cut extends Error {}
class Fault extends Error {
  readonly code: ChunkErrorCode;
  constructor(code: ChunkErrorCode) {
    super(code);
    this.code = code;
  }
}

/** Decodes a whole chunk stream at once, a line a field: slow, and right by inspection. */
export function decodeNaively(bytes: Uint8Array, limits: ChunkLimits): Outcome {
  const streams = new Map<number, Stream>();
  const messages: ChunkMessage[] = [];
  let chunkSize = 128;
  let at = 0;

  const u8 = (): number => {
    const byte = bytes[at];
    if (byte === undefined) throw new Cut();
    at++;
    return byte;
  };
  const u16 = (): number => u8() * 256 + u8();
  const u24 = (): number => u16() * 256 + u8();
  const u32 = (): number => u16() * 65_536 + u16();
  const u32le = (): number => u8() + u8() * 256 + u8() * 65_536 + u8() * 16_777_216;
  const openStreams = (): Stream[] => [...streams.values()].filter((stream) => stream.payload !== undefined);

  const repeated = (value: number): boolean => {
    const digits = [value / 16_777_216, value / 65_536, value / 256, value].map((digit) => Math.floor(digit) % 256);
    for (const [i, digit] of digits.entries()) {
      const byte = bytes[at + i];
      if (byte === undefined) throw new Cut();
      if (byte !== digit) return false;
    }
    return true;
  };

  const begin = (stream: Stream): void => {
    const { type, length } = stream;
    const control = new Map([
      [1, [4, 4]],
      [2, [4, 4]],
      [3, [4, 4]],
      [4, [2, 64]],
      [5, [4, 4]],
      [6, [5, 5]],
    ]).get(type);
    let most = limits.maxDataLength;
    if (type === 8 || type === 9 || type === 22) most = limits.maxMediaLength;
    if (type === 17 || type === 20) most = limits.maxCommandLength;
    const [min = 0, max = 0] = control ?? [0, most];
    if (length > max) throw new Fault("message-too-large");
    if (length < min) throw new Fault("malformed-control");
    stream.payload = [];
    stream.chunks = 0;
  };

  const chunk = (): void => {
    const first = u8();
    const fmt = Math.floor(first / 64);
    let id = first % 64;
    if (id === 0) id = 64 + u8();
    else if (id === 1) id = 64 + u8() + 256 * u8();

    let stream = streams.get(id);
    if (stream === undefined && fmt >= 2) throw new Fault("missing-previous-header");
    if (stream?.payload !== undefined && fmt !== 3) throw new Fault("unexpected-header");
    if (stream === undefined) {
      if (streams.size === limits.maxChunkStreams) throw new Fault("too-many-chunk-streams");
      stream = {
        timestamp: 0,
        field: 0,
        extended: false,
        length: 0,
        type: 0,
        messageStreamId: 0,
        payload: undefined,
        chunks: 0,
      };
    }
    if (fmt < 3) {
      const short = u24();
      const length = fmt < 2 ? u24() : stream.length;
      const type = fmt < 2 ? u8() : stream.type;
      const messageStreamId = fmt === 0 ? u32le() : stream.messageStreamId;
      const extended = short === 0xffffff;
      const field = extended ? u32() : short;
      const timestamp = fmt === 0 ? field : (stream.timestamp + field) % 2 ** 32;
      Object.assign(stream, { timestamp, field, extended, length, type, messageStreamId });
      begin(stream);
      streams.set(id, stream);
    } else {
      if (stream.extended && repeated(stream.field)) u32();
      if (stream.payload === undefined) {
        stream.timestamp = (stream.timestamp + stream.field) % 2 ** 32;
        begin(stream);
      }
    }

    const payload = stream.payload ?? [];
    const size = Math.min(chunkSize, stream.length - payload.length);
    const waiting = openStreams().filter((other) => other !== stream && other.chunks > 0).length;
    if (stream.chunks === 0 && size < stream.length && waiting >= limits.maxPartials)
      throw new Fault("too-many-partials");
    const held = openStreams().reduce((sum, open) => sum + (open.payload?.length ?? 0), 0);
    if (held + size > limits.maxPartialBytes) throw new Fault("memory-limit");
    for (let i = 0; i < size; i++) payload.push(u8());
    stream.chunks++;
    if (payload.length < stream.length) return;

    stream.payload = undefined;
    const value = ((payload[0] ?? 0) * 256 + (payload[1] ?? 0)) * 65_536 + (payload[2] ?? 0) * 256 + (payload[3] ?? 0);
    if (stream.type === 1) {
      if (value < limits.minChunkSize || value === 0 || value >= 2 ** 31) throw new Fault("invalid-chunk-size");
      chunkSize = Math.min(value, 16_777_215);
    }
    const aborted = streams.get(value);
    if (stream.type === 2 && aborted !== undefined) aborted.payload = undefined;
    messages.push({
      chunkStreamId: id,
      timestamp: stream.timestamp,
      messageTypeId: stream.type,
      messageStreamId: stream.messageStreamId,
      payload: Uint8Array.from(payload),
    });
  };

  for (;;) {
    try {
      chunk();
    } catch (error) {
      if (error instanceof Cut) return { messages, end: "waiting", maxChunkSize: chunkSize };
      if (error instanceof Fault) return { messages, end: error.code, maxChunkSize: chunkSize };
      throw error;
    }
  }
}
