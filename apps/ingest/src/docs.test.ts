import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FLAGS } from "./config/flags.js";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
/** What stands first in the rows of all tables of a page, as `--flag` or `event`. */
const firstCells = (page: string): string => [...page.matchAll(/^\| (`.*?) \| /gm)].map(([, cell]) => cell).join("\n");
/** The words of a source that a pattern finds. */
const found = (path: string, pattern: RegExp): string[] =>
  [...read(path).matchAll(pattern)].map(([, word = ""]) => word);

test("each flag has its row in the manual", () => {
  const cells = firstCells(read("../README.md"));
  const missing = FLAGS.map(({ name }) => `--${name}`).filter((flag) => !new RegExp(`\`${flag}[ \`]`).test(cells));
  expect(missing).toEqual([]);
});

test("each log line has its row in the table of events", () => {
  const files = ["event-log.ts", "serve.ts", "workers/worker-pool.ts"];
  const events = files.flatMap((file) => found(`./${file}`, /(?:event: |tell\("\w+", )"([a-z-]+)"/g));
  expect(events.length).toBeGreaterThan(30);
  const cells = firstCells(read("../../../docs/log.md"));
  expect(events.filter((event) => !cells.includes(`\`${event}\``))).toEqual([]);
});

test("each event of a server is named on that page", () => {
  const [, members = ""] = /interface IngestEvents \{([^}]*)\}/.exec(read("./events.ts")) ?? [];
  const names = [...members.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(20);
  const page = read("../../../docs/log.md");
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
