import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ChurnMap } from "./churn-map.js";

test("whatever is done to it, it is what a Map would be", () => {
  const key = fc.nat(20);
  const step = fc.oneof(fc.record({ set: key, value: fc.nat() }), fc.record({ delete: key }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 500, size: "max" }), (steps) => {
      const ours = new ChurnMap<number, number>();
      const theirs = new Map<number, number>();
      for (const each of steps) {
        if ("set" in each) {
          ours.set(each.set, each.value);
          theirs.set(each.set, each.value);
        } else expect(ours.delete(each.delete)).toBe(theirs.delete(each.delete));
        expect(ours.size).toBe(theirs.size);
      }
      expect([...ours]).toEqual([...theirs]);
      expect([...ours.keys()]).toEqual([...theirs.keys()]);
      expect([...ours.values()]).toEqual([...theirs.values()]);
      for (let i = 0; i <= 20; i++) {
        expect(ours.get(i)).toBe(theirs.get(i));
        expect(ours.has(i)).toBe(theirs.has(i));
      }
    }),
  );
});

test("what is deleted while somebody iterates is not met", () => {
  const map = new ChurnMap<number, string>();
  for (let i = 0; i < 200; i++) map.set(i, "");
  const met: number[] = [];
  for (const key of map.keys()) {
    met.push(key);
    map.delete(key);
    map.delete(key + 1);
  }
  expect(met).toEqual(Array.from({ length: 100 }, (_, i) => 2 * i));
  expect(map.size).toBe(0);
});

/** Bytes that reach the old generation for each of many that come and go, 16 at a time. */
function promoted(map: ChurnMap<number, unknown>): number {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as (options?: { type: "minor" }) => void;
  const count = 20_000;
  const oldBytes = () =>
    getHeapSpaceStatistics().find(({ space_name: name }) => name === "old_space")?.space_used_size ?? 0;
  const come = (i: number): void => {
    map.set(i, new Array<number>(100).fill(i));
    map.delete(i - 16);
    if (i % 500 === 0) gc({ type: "minor" });
  };
  for (let i = 0; i < 2000; i++) come(i);
  gc();
  const before = oldBytes();
  for (let i = 2000; i < 2000 + count; i++) come(i);
  return (oldBytes() - before) / count;
}

test("those that come and go die young", () => {
  expect(promoted(new ChurnMap())).toBeLessThan(100);
});
