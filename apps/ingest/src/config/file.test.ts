import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ConfigError } from "./config.js";
import { parseConfigFile, readConfigFile } from "./file.js";
import { parseSources } from "./source.js";

const parse = (text: string, path = "/etc/ingest/server.yaml") => parseSources([parseConfigFile(path, text)]);

describe("a configuration file", () => {
  test("is YAML", () => {
    const config = parse(`
# where
rtmp:
  listen: [1935, "127.0.0.1:1936", { host: "::1", port: 1937 }]
record:
  directory: recordings   # beside this file
limits: &limits
  connections: 10
play:
graceMs: 2500
session: { timeouts: { idleMs: 5s } }
`);
    expect(config).toMatchObject({
      rtmp: {
        listen: [{ port: 1935 }, { host: "127.0.0.1", port: 1936 }, { host: "::1", port: 1937 }],
      },
      record: { directory: "/etc/ingest/recordings" },
      limits: { connections: 10 },
      play: { waitMs: 2000 },
      graceMs: 2500,
      session: { timeouts: { idleMs: 5000 } },
    });
  });

  test("or JSON, or empty", () => {
    const json = JSON.stringify({ limits: { pending: 3 }, record: { directory: "/abs" } }, undefined, "\t");
    expect(parse(json)).toMatchObject({ limits: { pending: 3 }, record: { directory: "/abs" } });
    expect(parse("# nothing\n")).toEqual(parse("{}"));
  });

  test.for([
    ["a wrong value", "limits:\n  pending: 5\n  connections: 0\n", /^s\.yaml:3: limits\.connections: must .*; got 0$/],
    [
      "a value in a list",
      "rtmp:\n  listen:\n    - 1935\n    - x:y\n",
      /^s\.yaml:4: rtmp\.listen\.1: must .*; got "x:y"$/,
    ],
    ["an unknown key", "limits:\n  conections: 1\n", "s.yaml:2: limits.conections: is not known"],
    ["__proto__", "__proto__: { graceMs: 1 }\n", "s.yaml:1: __proto__: is not known"],
    ["a section that is none", "limits: 5\n", /^s\.yaml:1: limits: .*; got 5$/],
    [
      "a key that stands twice",
      "graceMs: 1\nlimits:\n  pending: 1\n  pending: 2\n",
      "s.yaml:4: pending: stands there twice",
    ],
    ["no YAML", "a: [1\n", /^s\.yaml:2: is not YAML/],
    ["a tag that nobody knows", "graceMs: !time 5\n", /^s\.yaml:1: is not YAML: Unresolved tag/],
    ["two documents", "graceMs: 1\n---\ngraceMs: 2\n", /^s\.yaml:2: is not YAML/],
    ["a list", "- 1\n", "s.yaml: must hold keys and their values"],
    ["one text, which may be a secret", "s3cret\n", /^s\.yaml: must hold keys and their values$/],
    ["an alias without its anchor", "limits: *x\n", /^s\.yaml: Unresolved alias/],
    [
      "aliases that multiply",
      `a: &a [x,x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? "a" : `b${i - 1}`},*a]\n`).join("")}`,
      /^s\.yaml: Excessive alias count/,
    ],
    ["deep nesting", "[".repeat(500_000), /^s\.yaml: more than 64 brackets/],
  ] as const)("names %s", ([, text, message]) => {
    expect(() => parse(text, "s.yaml")).toThrow(ConfigError);
    expect(() => parse(text, "s.yaml")).toThrow(message);
  });

  test("with very many keys is read in reasonable time", () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `key${i}: ${i}\n`).join("");
    expect(() => parse(text, "s.yaml")).toThrow(/^s\.yaml:1: key0: is not known\ns\.yaml:2: key1/);
  });
});

describe("readConfigFile", () => {
  const folder = async (): Promise<string> => {
    const path = await mkdtemp(join(tmpdir(), "rtmp-config-"));
    onTestFinished(() => rm(path, { recursive: true, force: true }));
    return path;
  };

  test("takes relative paths from the folder of the file", async () => {
    const path = join(await folder(), "server.json");
    await writeFile(path, '{ "record": { "directory": "../recordings" } }');
    const config = parseSources([await readConfigFile(path)]);
    expect(config.record.directory).toBe(join(path, "../../recordings"));
  });

  test("refuses what is not there, is no file, or is too long", async () => {
    const path = await folder();
    await expect(readConfigFile(join(path, "none.yaml"))).rejects.toThrow(/none\.yaml: can not be read: ENOENT/);
    await expect(readConfigFile(path)).rejects.toThrow(/: can not be read: is not a file/);
    execFileSync("mkfifo", [join(path, "pipe")]);
    await expect(readConfigFile(join(path, "pipe"))).rejects.toThrow(/: can not be read: is not a file/);
    await writeFile(join(path, "long.yaml"), "#".repeat(1024 * 1024 + 1));
    await expect(readConfigFile(join(path, "long.yaml"))).rejects.toThrow(
      /can not be read: is longer than 1048576 bytes/,
    );
  });
});
