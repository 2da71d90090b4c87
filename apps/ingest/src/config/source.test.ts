import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readEnvironment } from "./env.js";
import { parseConfigFile } from "./file.js";
import { parseCommandLine } from "./flags.js";
import { hasSecret, layersOf, leavesOf, mapMarked } from "./schema-walk.js";
import { parseSources } from "./source.js";
import { filePath, secret } from "./values.js";

const flags = (...args: string[]) => {
  const line = parseCommandLine(args);
  if (line.action !== "run") throw new Error(line.action);
  return line.flags;
};

describe("several sources", () => {
  const file = parseConfigFile(
    "s.yaml",
    "rtmp: { listen: [1, 2] }\nlimits: { connections: 1, pending: 1 }\ngraceMs: 1\n",
  );
  const environment = readEnvironment({ RTMP_INGEST_MAX_CONNECTIONS: "2", RTMP_INGEST_GRACE: "2ms" });

  test("flags win over the environment, the environment over the file; a list is one thing", () => {
    const config = parseSources([flags("--grace=3ms", "--rtmp=9"), environment, file]);
    expect(config).toMatchObject({
      graceMs: 3,
      limits: { connections: 2, pending: 1, pendingPerAddress: 128 },
      rtmp: { listen: [{ port: 9 }] },
    });
  });

  test("a mistake is named as its own source calls it", () => {
    const wrong = parseConfigFile("s.yaml", "play: { waitMs: x }\nlimits:\n  connections: 0\n  pending: 0\nlog: 1\n");
    const sources = [flags("--max-pending=-", "--log-level=info"), readEnvironment({ RTMP_INGEST_GATHER: "y" }), wrong];
    expect(() => parseSources(sources)).toThrow(
      /^s\.yaml:1: play\.waitMs: .*; got "x"\nRTMP_INGEST_GATHER: .*; got "y"\ns\.yaml:3: limits\.connections: .*; got 0\n--max-pending: .*; got "-"\ns\.yaml:5: log: .*; got 1$/,
    );
  });
});

describe("marked schemas", () => {
  const schema = z.strictObject({
    token: secret(z.string()).optional(),
    target: secret(z.url(), (url) => new URL(String(url)).host),
    targets: z.array(z.strictObject({ key: secret(z.string()), name: z.string() })).default([]),
    keys: z.record(z.string(), secret(z.string().min(1)).or(z.strictObject({ hash: secret(z.string()) }))).prefault({}),
    folder: filePath("must name a folder").optional(),
    on: z.boolean().default(false),
    ports: z.array(z.int()).default([]),
  });
  const layers = layersOf(schema);

  test("secrets are found behind everything that wraps them, and hidden", () => {
    const value = {
      token: "s3cret",
      target: "rtmp://host/live/s3cret",
      targets: [{ key: "s3cret", name: "a" }],
      keys: { a: "s3cret", b: { hash: "s3cret" } },
    };
    expect(hasSecret(layers)).toBe(true);
    expect(hasSecret(layersOf(schema.shape.folder))).toBe(false);
    expect(mapMarked(layers, value, ({ show }, member) => (show === undefined ? member : show(member)))).toEqual({
      token: "…",
      target: "host",
      targets: [{ key: "…", name: "a" }],
      keys: { a: "…", b: "…" },
    });
  });

  test("keys that text can set", () => {
    expect(leavesOf(schema)).toEqual([
      { key: "token", type: "text", list: false },
      { key: "target", type: "text", list: false },
      { key: "folder", type: "text", list: false },
      { key: "on", type: "boolean", list: false },
      { key: "ports", type: "number", list: true },
    ]);
  });
});
