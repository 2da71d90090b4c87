import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteQueue } from "./byte-queue.js";

type Step =
  | { do: "push"; length: number }
  | { do: "skip" | "take" | "readInto" | "peek"; count: number }
  | { do: "front" }
  | { do: "clear" };

const length = fc.oneof(fc.nat(6), fc.constantFrom(0, 1, 255, 256, 257, 4095, 4096, 4097, 9000), fc.nat(600));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("push" as const), length }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom("skip", "take", "readInto", "peek" as const), count: length }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "front" }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: "front" }, { do: "clear" }) },
);

test("behaves like an array of numbers", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const queue = new ByteQueue();
      let naive: number[] = [];
      let next = 0;
      for (const s of steps) {
        if (s.do === "push") {
          const bytes = Uint8Array.from({ length: s.length }, () => next++ % 251);
          naive.push(...bytes);
          queue.push(bytes);
        } else if (s.do === "clear") {
          naive = [];
          queue.clear();
        } else if (s.do === "front") {
          const front = queue.front();
          expect(front.length > 0).toBe(naive.length > 0);
          expect([...front]).toEqual(naive.slice(0, front.length));
        } else if (s.do === "peek") {
          expect(queue.peekU8(s.count)).toBe(naive[s.count]);
        } else if (s.do === "readInto") {
          const target = new Uint8Array(s.count + 2);
          const moved = queue.readInto(target, 1, s.count);
          const expected = naive.splice(0, s.count);
          expect(moved).toBe(expected.length);
          expect([...target.subarray(1, 1 + moved)]).toEqual(expected);
        } else if (s.count > naive.length) {
          expect(() => (s.do === "skip" ? queue.skip(s.count) : queue.take(s.count))).toThrow(RangeError);
        } else {
          const expected = naive.splice(0, s.count);
          if (s.do === "take") expect([...queue.take(s.count)]).toEqual(expected);
          else queue.skip(s.count);
        }
        expect(queue.length).toBe(naive.length);
      }
      expect([...queue.take(queue.length)]).toEqual(naive);
    }),
    { numRuns: 400 },
  );
});
