import { Counter, Registry } from "prom-client";
import { expect, test } from "vitest";
import { LabelSet } from "./label-set.js";
import { Totals } from "./totals.js";

test("Totals never fall, also while something is neither among those that are there nor those that are gone", async () => {
  const counter = new Counter({
    name: "bytes_total",
    help: "x",
    labelNames: ["protocol"],
    registers: [new Registry()],
  });
  const totals = new Totals(counter, "protocol");
  const value = async () => (await counter.get()).values[0]?.value;
  totals.update(new Map([["rtmp", 100]]));
  expect(await value()).toBe(100);
  totals.update(new Map()); // on its way
  expect(await value()).toBe(100);
  totals.add("rtmp", 120);
  totals.update(new Map([["rtmp", 5]]));
  expect(await value()).toBe(125);
});

test("LabelSet has so many values and no others", () => {
  const labels = new LabelSet(2);
  expect([labels.of("closed"), labels.of("kicked"), labels.of("more"), labels.of("closed")]).toEqual([
    "closed",
    "kicked",
    "other",
    "closed",
  ]);
  expect(new LabelSet(9).of("a text of somebody's own")).toBe("other");
  expect(new LabelSet(9).of("x".repeat(65))).toBe("other");
});
