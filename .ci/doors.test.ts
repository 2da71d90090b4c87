import { readFileSync } from "node:fs";
import { basename, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { checkDoors, DOORS } from "./doors.js";
import { files, readWorkspace } from "./workspace.js";

const workspace = readWorkspace();

describe("doors of this repository", () => {
  test.for(workspace)("$path", ({ folder, path, manifest }) => {
    expect(manifest.name).toBe(`@rtmp/${basename(path)}`);
    const sources = new Map(
      files(folder, (name) => name.endsWith(".ts")).map((file) => [relative(folder, file), readFileSync(file, "utf8")]),
    );
    expect(checkDoors(basename(path), manifest, sources)).toEqual([]);
  });

  test("each door leads to a package below: the table has no circle", () => {
    const below = (name: string, seen: readonly string[]): void => {
      expect(seen).not.toContain(name);
      for (const next of DOORS[name]?.imports ?? []) below(next, [...seen, name]);
    };
    for (const name of Object.keys(DOORS)) below(name, []);
  });
});

describe("what the check refuses", () => {
  const check = (name: string, sources: Record<string, string>, manifest: object = {}) =>
    checkDoors(name, { name: `@rtmp/${name}`, ...manifest }, new Map(Object.entries(sources)));

  test.for([
    ["amf0", `import { decodeMessage } from "@rtmp/messages";`, "upward"],
    ["amf0", `import type { Amf3Value } from "@rtmp/amf3";`, "sideways, types alone"],
    ["chunk", `export * from "@rtmp/handshake";`, "re-export"],
    ["chunk", `export const load = () => import("@rtmp/session");`, "import()"],
    ["flv", `export type M = import("@rtmp/messages").Message;`, "type import"],
    ["amf0", `import { x } from "../../amf3/src/index.js";`, "path into another package"],
    ["amf0", `import { naive } from "./testing/naive.js";`, "test code"],
    ["amf0", `import { rows } from "./rows.test.js";`, "a test file"],
    ["chunk", `import { readFileSync } from "node:fs";`, "Node's modules"],
    ["chunk", `import fs from "fs";`, "Node's modules, old names"],
    ["chunk", `import { z } from "zod";`, "third party"],
    ["chunk", `/// <reference types="node" />`, "Node's types"],
    ["chunk", `export const f = (b: Uint8Array) => Buffer.from(b);`, "Buffer"],
    ["chunk", `export const f = (b: Buffer) => b;`, "Buffer as a type"],
    ["chunk", `export const f = () => process.env;`, "process"],
    ["chunk", `export const f = () => globalThis.process;`, "globalThis.process"],
    ["chunk", `export const f = (n: string) => globalThis[n];`, "globalThis[…]"],
    ["chunk", `export const f = () => { console.log(1); };`, "console"],
    ["chunk", `export const f = { setTimeout };`, "a timer in short form"],
    ["chunk", `export const f = () => setInterval(() => {}, 1);`, "a timer"],
    ["chunk", `declare const Buffer: unknown;`, "a declaration of one's own"],
    ["chunk", `export const f = () => Date.now();`, "the clock"],
    ["chunk", `export const f = () => new Date();`, "the clock as a date"],
    ["chunk", `export const f = () => Math.random();`, "chance"],
    ["session", `import { FlvReader } from "@rtmp/flv";`, "a door that session has not"],
    ["session", `import { createServer } from "node:net";`, "Node outside the node entry"],
    ["nonsense", ``, "a package without a row"],
  ] as const)("%s: %s (%s)", ([name, text]) => {
    expect(check(name, { "src/thing.ts": text })).toHaveLength(1);
  });

  test("a test that reaches upward", () => {
    expect(check("amf0", { "src/thing.test.ts": `import { x } from "@rtmp/messages";` })).toHaveLength(1);
  });

  test("the line is named", () => {
    expect(check("amf0", { "src/thing.ts": `\nimport "@rtmp/messages";` })).toEqual([
      "amf0: src/thing.ts:2: imports @rtmp/messages, no door of it",
    ]);
  });

  test("the main entry reaching the node entry", () => {
    const sources = {
      "src/index.ts": `export { run } from "./driver.js";`,
      "src/driver.ts": `import { nodeTransport } from "./node/transport.js"; export const run = nodeTransport;`,
      "src/node/transport.ts": `import net from "node:net"; export const nodeTransport = net;`,
    };
    expect(check("session", sources)).toEqual([
      "session: the main entry reaches the node entry: src/index.ts -> src/driver.ts -> src/node/transport.ts",
    ]);
    expect(check("session", { "src/index.ts": `export * from "./node.js";`, "src/node.ts": "" })).toHaveLength(1);
  });

  test.for([
    ["amf0", { dependencies: { "@rtmp/chunk": "workspace:^" } }],
    ["amf0", { devDependencies: { "@rtmp/amf3": "workspace:^" } }],
    ["amf0", { dependencies: { "left-pad": "1" } }],
    ["amf0", { peerDependencies: { "left-pad": "1" } }],
    ["chunk", { optionalDependencies: { "@noble/hashes": "2" } }],
  ] as const)("package.json of %s with %j", ([name, manifest]) => {
    expect(check(name, {}, manifest)).toHaveLength(1);
  });

  test("and nothing else", () => {
    const manifest = { dependencies: { "@rtmp/bytes-util": "workspace:^", "@noble/hashes": "2" } };
    const sources = {
      "src/index.ts": `
        import { ByteReader } from "@rtmp/bytes-util";
        import { hmac } from "@noble/hashes/hmac.js";
        import { part } from "./part.js";
        /** Buffer, process and setTimeout in words are fine. */
        export class Machine { process() { return this.process; } }
        export const at = (ms: number, session: Machine) => [new Date(ms), session.process, { Buffer: "name" }];`,
      "src/part.ts": `export const part = 1;`,
      "src/index.test.ts": `import { readFileSync } from "node:fs"; console.log(Buffer, process, "@rtmp/handshake");`,
      "tsup.config.ts": `import { defineConfig } from "tsup"; export default defineConfig({ env: process.env });`,
    };
    expect(check("handshake", sources, manifest)).toEqual([]);
    expect(check("session", { "src/node/index.ts": `import net from "node:net"; setTimeout(() => net, 1);` })).toEqual(
      [],
    );
    const globals = `declare const setTimeout: (run: () => void, ms: number) => unknown; export const later = setTimeout;`;
    expect(check("session", { "src/platform.ts": globals })).toEqual([]);
    expect(check("session", { "src/driver.ts": globals })).toHaveLength(2);
    expect(check("session", { "src/platform.ts": `export const f = () => process.exit();` })).toHaveLength(1);
  });
});
