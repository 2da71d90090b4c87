import { describe, expect, test } from "vitest";
import { ConfigError, parseConfig } from "./config.js";
import { parseBytes, parseDuration, parseListenAddress } from "./values.js";

describe("values", () => {
  test.for([
    ["1935", { port: 1935 }],
    [":0", { port: 0 }],
    ["*:1935", { port: 1935 }],
    ["127.0.0.1:1935", { host: "127.0.0.1", port: 1935 }],
    ["localhost:65535", { host: "localhost", port: 65_535 }],
    ["[::1]:1935", { host: "::1", port: 1935 }],
    ["[fe80::1%eth0]:1", { host: "fe80::1%eth0", port: 1 }],
    ["", undefined],
    ["host", undefined],
    ["host:", undefined],
    ["1:65536", undefined],
    ["::1:1935", undefined],
    ["[::1]", undefined],
    ["[1.2.3.4]:1", undefined],
    ["rtmp://host:1935", undefined],
    ["-1", undefined],
  ] as const)("address %s", ([text, address]) => expect(parseListenAddress(text)).toEqual(address));

  test.for([
    ["10", 10_000],
    ["10s", 10_000],
    ["1.5s", 1500],
    ["500ms", 500],
    ["2m", 120_000],
    ["", undefined],
    ["-1", undefined],
    ["1h", undefined],
    ["1e3", undefined],
  ] as const)("duration %s", ([text, ms]) => expect(parseDuration(text)).toBe(ms));

  test.for([
    ["0", 0],
    ["1500", 1500],
    ["512K", 524_288],
    ["1.5m", 1_572_864],
    ["2GiB", 2 ** 31],
    ["2GB", 2 ** 31],
    ["", undefined],
    ["K", undefined],
    ["1T", undefined],
  ] as const)("size %s", ([text, bytes]) => expect(parseBytes(text)).toBe(bytes));
});

describe("parseConfig", () => {
  test("has a default for everything", () => {
    const config = parseConfig({});
    expect(config).toMatchObject({
      rtmp: { listen: [{ port: 1935 }] },
      record: { queueBytes: 16 * 2 ** 20, stallMs: 10_000 },
      limits: { connections: 4096, pending: 512, pendingPerAddress: 128 },
      session: { limits: {}, timeouts: {} },
      graceMs: 10_000,
      log: { format: "text", level: "info" },
    });
    expect(config.record.directory).toBeUndefined();
    expect(config.limits.heldBytes).toBeGreaterThan(0);
    expect(config.limits.heldBytes).toBeLessThanOrEqual(2 ** 31);
  });

  test("takes numbers and text alike", () => {
    const config = parseConfig({
      rtmp: { listen: ["127.0.0.1:0", { host: "::1", port: 1936 }] },
      limits: { connections: "7", heldBytes: "64M" },
      graceMs: 1234,
      session: { timeouts: { idleMs: "2m" } },
    });
    expect(config.rtmp.listen).toEqual([
      { host: "127.0.0.1", port: 0 },
      { host: "::1", port: 1936 },
    ]);
    expect([config.limits.connections, config.limits.heldBytes, config.graceMs]).toEqual([7, 2 ** 26, 1234]);
    expect(config.session.timeouts.idleMs).toBe(120_000);
  });

  test.for([
    ["an unknown key", { limits: { conections: 1 } }, "limits.conections: is not known"],
    [
      "a wrong number",
      { limits: { pending: "many" } },
      'limits.pending: must be a whole number from 1 to 1000000; got "many"',
    ],
    [
      "a number out of range",
      { limits: { pending: 0 } },
      "limits.pending: must be a whole number from 1 to 1000000; got 0",
    ],
    ["a wrong type", { graceMs: [] }, /^graceMs: must be a time such as .*; got \[\]$/],
    ["a wrong address", { rtmp: { listen: ["1935", "x:y"] } }, /^rtmp\.listen: must be \[HOST:\]PORT.*; got "x:y"$/],
    ["no address", { rtmp: { listen: [] } }, "rtmp.listen: must name at least one address; got []"],
    ["no folder's name", { record: { directory: "" } }, 'record.directory: must name a folder; got ""'],
    ["a wrong word", { log: { format: "xml" } }, 'log.format: must be text or json; got "xml"'],
    ["no object at all", 5, /^configuration: .*; got 5$/],
  ] as const)("names %s", ([, options, message]) => {
    expect(() => parseConfig(options)).toThrow(ConfigError);
    expect(() => parseConfig(options)).toThrow(message);
  });

  test("names all mistakes at once", () => {
    expect(() => parseConfig({ graceMs: "x", log: { level: 3 } })).toThrow(/^graceMs: .*\nlog\.level: .*$/);
  });
});
