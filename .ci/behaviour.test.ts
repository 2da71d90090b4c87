import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./workspace.js";

const page = readFileSync(join(root, "docs/session-behaviour.md"), "utf8");
const rows = [...page.matchAll(/^\| S(\d+) \| (.+) \| \[(.+)\]\(\.\.\/(.+)\) \|$/gm)].map((row) => ({
  number: Number(row[1]),
  title: row[3] ?? "",
  file: row[4] ?? "",
}));

describe("docs/session-behaviour.md", () => {
  test("has every statement once, in order", () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 75 }, (_, i) => i + 1));
  });

  test.for(rows)("S$number is shown by a test that exists", ({ title, file }) => {
    const source = readFileSync(join(root, file), "utf8");
    expect(source).toContain(`"${title}"`);
  });
});
