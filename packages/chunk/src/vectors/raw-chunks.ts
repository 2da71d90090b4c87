import { ByteWriter } from "@rtmp/bytes-util";

/** One step of a generated chunk stream: a chunk's header, and what its message holds if it begins one. */
export interface Step {
  fmt: number;
  /** Takes `fmt` as it is, also where the protocol forbids it; else another one that fits stands in. */
  stubborn: boolean;
  id: number;
  /** Writes ids 64–319 in the three-byte form. */
  wide: boolean;
  /** Timestamp or delta. */
  time: number;
  length: number;
  type: number;
  messageStreamId: number;
  /** What fills the payload: bytes that count up, or the extended timestamp over and over, which misleads receivers. */
  body: "count" | "time";
  /** Repeats the extended timestamp in type 3 chunks. */
  repeat: boolean;
  /** What a Set Chunk Size or Abort says. */
  value: number;
}

interface Sent {
  extended: boolean;
  time: number;
  length: number;
  type: number;
  payload: Uint8Array;
  missing: number;
}

/** The bytes of these steps, payloads cut as a peer would that follows them. */
export function writeSteps(steps: readonly Step[]): Uint8Array {
  const out = new ByteWriter();
  const streams = new Map<number, Sent>();
  let chunkSize = 128;
  for (const step of steps) {
    const known = streams.get(step.id);
    const sent = known ?? { extended: false, time: 0, length: 0, type: 0, payload: new Uint8Array(0), missing: 0 };
    let { fmt } = step;
    if (!step.stubborn) {
      if (known === undefined) fmt = fmt === 1 ? 1 : 0;
      else if (sent.missing > 0) fmt = 3;
    }
    writeBasic(out, fmt, step);
    if (fmt < 3) {
      sent.extended = step.time >= 0xffffff;
      sent.time = step.time;
      out.u24(Math.min(step.time, 0xffffff));
      if (fmt < 2) {
        sent.length = step.length;
        sent.type = step.type;
        out.u24(step.length);
        out.u8(step.type);
      }
      if (fmt === 0) out.u32le(step.messageStreamId);
    }
    if (sent.extended && (fmt < 3 || step.repeat)) out.u32(sent.time);
    if (sent.missing === 0) {
      sent.payload = payloadOf(step, sent);
      sent.missing = sent.length;
    }
    const begin = sent.length - sent.missing;
    const part = Math.min(chunkSize, sent.missing);
    out.bytes(sent.payload.subarray(begin, begin + part));
    sent.missing -= part;
    streams.set(step.id, sent);
    if (sent.missing > 0 || sent.payload.length !== 4) continue;
    const value = new DataView(sent.payload.buffer).getUint32(0);
    const aborted = streams.get(value);
    if (sent.type === 1 && value > 0) chunkSize = value;
    if (sent.type === 2 && aborted !== undefined) aborted.missing = 0;
  }
  return out.toBytes();
}

function writeBasic(out: ByteWriter, fmt: number, { id, wide }: Step): void {
  if (id < 64) out.u8(fmt * 64 + id);
  else if (id < 320 && !wide) {
    out.u8(fmt * 64);
    out.u8(id - 64);
  } else {
    out.u8(fmt * 64 + 1);
    out.u16le(id - 64);
  }
}

function payloadOf(step: Step, { length, type, time }: Sent): Uint8Array {
  if (length === 4 && (type === 1 || type === 2)) {
    const value = new ByteWriter();
    value.u32(step.value);
    return value.toBytes();
  }
  const pattern = new DataView(new ArrayBuffer(4));
  pattern.setUint32(0, time);
  return Uint8Array.from({ length }, (_, i) => (step.body === "count" ? i & 0xff : pattern.getUint8(i % 4)));
}
