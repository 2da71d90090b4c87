import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readFolder, runVector } from "./index.js";

const folder = fileURLToPath(new URL("../vectors", import.meta.url));
// Where several outcomes will do, a change to one of them need not matter.
const cases = readFolder(folder).cases.filter(({ vector }) => !JSON.stringify(vector).includes('"anyOf"'));

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

const INFORMATIVE: Readonly<Record<string, readonly string[]>> = {
  "messages.json": ["csid", "messageStreamId", "timestamp"],
  "chunk.json": ["unconsumedBytes"],
};
/** A list of modes makes some keys informative, and a session takes longer than the others. */
const isSkipped = (path: Path): boolean => path.includes("mode");
const PLACES = { "sessions.json": 3 } as Readonly<Record<string, number>>;

/** Paths to the plain values in `expected`, or to its objects. */
function pathsIn(value: Json | undefined, wanted: "values" | "objects", path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return wanted === "values" ? [path] : [];
  const below = Object.entries(value).flatMap(([key, item]) => pathsIn(item, wanted, [...path, key]));
  return wanted === "objects" && !Array.isArray(value) ? [path, ...below] : below;
}

/** At most `count` of them, spread evenly. */
function some<T>(items: readonly T[], count: number): T[] {
  const step = Math.max(1, items.length / count);
  return items.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

function changed(value: Json): Json {
  if (typeof value === "number") return value === 1 ? 0 : 1;
  if (typeof value === "boolean") return !value;
  if (typeof value !== "string") return "changed";
  return /^[0-9a-f]+$/.test(value) ? value.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) : `${value}?`;
}

/** A copy in which the value at a path is what `change` makes of it. */
function withChange(whole: Json, [key, ...rest]: Path, change: (value: Json) => Json): Json {
  if (key === undefined) return change(whole);
  const copy = (Array.isArray(whole) ? [...whole] : { ...(whole as object) }) as { [key: string]: Json };
  copy[key] = withChange(copy[key] ?? null, rest, change);
  return copy;
}

describe.for(cases)("$file: $name", ({ file, vector }) => {
  const whole = vector as { [key: string]: Json };
  const places = PLACES[file] ?? 8;

  test("fails with any other value", async () => {
    const informative = INFORMATIVE[file] ?? [];
    const paths = pathsIn(whole["expected"], "values").filter(
      (path) => !informative.some((key) => path[0] === key) && !isSkipped(path),
    );
    for (const path of some(paths, places)) {
      const problems = await runVector(file, withChange(whole, ["expected", ...path], changed), folder);
      expect(problems, path.join(".")).not.toEqual([]);
    }
  });

  test("fails with any other key, by name", async () => {
    const paths = pathsIn(whole["expected"], "objects").filter((path) => !/FourCcInfoMap|connect/.test(path.join(".")));
    for (const path of some(paths, places)) {
      const draft = withChange(
        whole,
        ["expected", ...path],
        (object) => ({ ...(object as object), surplus: 1 }) as Json,
      );
      expect(JSON.stringify(await runVector(file, draft, folder)), path.join(".")).toContain("surplus");
    }
  });
});
