import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeAggregate, splitAggregate } from "./aggregate.js";
import { MessageError } from "./errors.js";
import type { RawMessage } from "./raw-message.js";

const u32 = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 1, 0xffffff, 0x1000000, 0xffffffff));
const part = fc.record({
  messageTypeId: fc.constantFrom(8, 9, 15, 18, 0),
  timestamp: u32,
  payload: fc.uint8Array({ maxLength: 20 }),
});

test("what is gathered is split again", () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), u32, (parts, messageStreamId) => {
      const messages = parts.map((fields) => ({ ...fields, messageStreamId }));
      expect(splitAggregate(encodeAggregate(messages))).toEqual(messages);
    }),
  );
});

/** Splits by rebuilding each field from single bytes; `undefined` for what is malformed. */
function splitNaively({ payload, messageStreamId, timestamp }: RawMessage): RawMessage[] | undefined {
  const bytes = [...payload];
  const parts: RawMessage[] = [];
  let first: number | undefined;
  while (bytes.length > 0) {
    const header = bytes.splice(0, 11);
    if (header.length < 11 || header[0] === 22) return undefined;
    const [id = 0, l2 = 0, l1 = 0, l0 = 0, t2 = 0, t1 = 0, t0 = 0, t3 = 0] = header;
    const length = l2 * 65_536 + l1 * 256 + l0;
    const body = bytes.splice(0, length);
    if (body.length < length) return undefined;
    bytes.splice(0, 4);
    const stamp = ((t3 * 256 + t2) * 256 + t1) * 256 + t0;
    first ??= stamp;
    const time = (timestamp + stamp - first + 2 ** 32) % 2 ** 32;
    parts.push({ messageTypeId: id, messageStreamId, timestamp: time, payload: Uint8Array.from(body) });
  }
  return parts;
}

test("splits as the naive splitter does, whatever the lengths say", () => {
  const piece = fc
    .tuple(fc.constantFrom(8, 9, 18, 22), fc.nat(6), fc.uint8Array({ minLength: 7, maxLength: 7 }), fc.nat(8))
    .map(([id, length, rest, body]) => [id, 0, 0, length, ...rest, ...Array<number>(body + 4).fill(id)]);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 5 }), u32, fc.nat(12), (pieces, timestamp, cut) => {
      const bytes = Uint8Array.from(pieces.flat());
      const payload = bytes.subarray(0, Math.max(0, bytes.length - cut));
      const whole = { messageTypeId: 22, messageStreamId: 1, timestamp, payload };
      expect(attempt(whole)).toEqual(splitNaively(whole));
    }),
    { numRuns: 2000 },
  );
});

function attempt(whole: RawMessage): RawMessage[] | undefined {
  try {
    return splitAggregate(whole);
  } catch (error) {
    if (error instanceof MessageError && error.code === "malformed-aggregate") return undefined;
    throw error;
  }
}
