import { expect, test } from "vitest";
import { parseConfig } from "../config/config.js";
import { changedKeys, Reloader } from "./reloader.js";

test("keys that have changed are found, lists as a whole", () => {
  const before = { a: 1, b: { c: [1, 2], d: undefined }, e: { f: 1 } };
  expect(changedKeys(before, { a: 1, b: { c: [1, 2] }, e: { f: 1 } })).toEqual([]);
  expect(changedKeys(before, { a: 2, b: { c: [2, 1], d: 1 }, e: {} })).toEqual(["a", "b.c", "b.d", "e.f"]);
});

test("parts are told one reload after the other, all of them or none", async () => {
  const log: string[] = [];
  const fails = { now: false };
  const reloader = new Reloader(parseConfig({ graceMs: 1 }), [
    {
      keys: ["graceMs"],
      prepare: async ({ graceMs }) => {
        log.push(`prepare ${graceMs}`);
        await new Promise((resolve) => setImmediate(resolve));
        return () => log.push(`use ${graceMs}`);
      },
    },
    {
      keys: ["log"],
      prepare: ({ log: { level } }) => {
        if (fails.now) throw new Error("no such level");
        return () => log.push(`level ${level}`);
      },
    },
  ]);
  await Promise.all([
    reloader.reload(parseConfig({ graceMs: 2 })),
    reloader.reload(parseConfig({ graceMs: 3, log: { level: "warn" } })),
  ]);
  expect(log).toEqual(["prepare 2", "use 2", "prepare 3", "use 3", "level warn"]);
  fails.now = true;
  await expect(reloader.reload(parseConfig({ graceMs: 4, log: { level: "error" } }))).rejects.toThrow("no such level");
  expect(reloader.config).toMatchObject({ graceMs: 3, log: { level: "warn" } });
  fails.now = false;
  const report = await reloader.reload(parseConfig({ graceMs: 3, log: { level: "warn" }, workers: 2 }));
  expect(report).toEqual({ applied: [], needRestart: ["workers"] });
});
