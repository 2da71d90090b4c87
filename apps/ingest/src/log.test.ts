import { expect, test } from "vitest";
import { encoderHint } from "./encoder-hint.js";
import { logEvents } from "./event-log.js";
import { createLogger, type LogOptions } from "./log.js";
import { IngestServer } from "./server.js";

function setUp(options: Partial<LogOptions> = {}) {
  let text = "";
  const logger = createLogger({ format: "json", level: "info", ...options }, { write: (line) => (text += line) });
  return { logger, text: () => text };
}

test("json: one object a line, without secrets", () => {
  const { logger, text } = setUp();
  logger.info(
    { event: "publish", app: "live", stream: "key", error: new Error("open key?token=s3cret") },
    "Publish started",
  );
  logger.debug({ event: "connection" }, "not at this level");
  expect(text().endsWith("\n")).toBe(true);
  expect(JSON.parse(text())).toEqual({
    level: "info",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    event: "publish",
    app: "live",
    stream: "key",
    error: { name: "Error", message: "open key?…" },
    msg: "Publish started",
  });
});

test("text: a line for people", () => {
  const { logger, text } = setUp({ format: "text", level: "debug" });
  logger.warn(
    { event: "x", app: "live", stream: "my key", peer: "[::1]:4000", clean: false, bytes: 5, list: ["a"], none: "" },
    "Something",
  );
  expect(text()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} WARN {2}Something /);
  expect(text().slice(30)).toBe(
    'Something app=live stream="my key" peer=[::1]:4000 clean=false bytes=5 list=["a"] none=""\n',
  );
});

test("text: no secrets either, wherever they are", () => {
  const { logger, text } = setUp({ format: "text" });
  const error = new Error("no way to rtmp://me:s3cret@host/app/key?s3cret");
  const fields = {
    stream: "key?s3cret",
    url: "rtmp://me:s3cret@host/app",
    long: "a/".repeat(60),
    list: ["b?s3cret"],
    error,
  };
  logger.info({ ...fields, none: null, odd: Number.NaN }, "Relay");
  expect(text()).not.toContain("s3cret");
  expect(text().slice(30)).toBe(
    `Relay stream=${JSON.stringify("key?…")} url=rtmp://…@host/app long=${"a/".repeat(60)} list=["b?…"] ` +
      'error={"name":"Error","message":"no way to rtmp://…@host/app/key?…"} none=null odd=null\n',
  );
});

test("an event's line is the same with the server's own loggers as with any other, and none is made that is not written", () => {
  const server = new IngestServer();
  const event = { connection: 1, protocol: "rtmp" as const, peer: "127.0.0.1:5" };
  for (const format of ["json", "text"] as const) {
    const own = setUp({ format });
    const other = setUp({ format });
    logEvents(server, own.logger);
    logEvents(server, {
      debug: (fields, message) => other.logger.debug(fields, message),
      info: (fields, message) => other.logger.info(fields, message),
      warn: (fields, message) => other.logger.warn(fields, message),
      error: (fields, message) => other.logger.error(fields, message),
    });
    server.emit("connection", event); // at debug
    server.emit("play", { ...event, app: "live", stream: "key" });
    const body = (text: string): string => text.replace(/"time":"[^"]*"|^[\d:. -]+/, "");
    expect(body(own.text())).toContain("key");
    expect(body(own.text())).toBe(body(other.text()));
    expect(own.text().split("\n")).toHaveLength(2);
    server.removeAllListeners();
  }
});

test("text: of an error in place of fields no more is said than of one in a field", () => {
  const { logger, text } = setUp({ format: "text" });
  logger.info(Object.assign(new Error("no key?s3cret"), { code: "E", token: "s3cret" }), "x");
  expect(text().slice(30)).toBe(`x name=Error code=E message=${JSON.stringify("no key?…")}\n`);
});

test("text: a name can not steer the terminal or make lines", () => {
  const { logger, text } = setUp({ format: "text" });
  logger.info({ stream: "a\nb\u001b[2J\u009b2J\u202e\u200b\u2028" }, "x\r\ny");
  expect(text().slice(30)).toBe('x\\u{d}\\u{a}y stream="a\\nb\\u001b[2J\\u{9b}2J\\u{202e}\\u{200b}\\u{2028}"\n');
});

test("a silent log writes nothing", () => {
  const { logger, text } = setUp({ level: "silent" });
  logger.error({ event: "x" }, "x");
  expect(text()).toBe("");
});

test("refusals are counted, not logged one by one", () => {
  const { logger, text } = setUp();
  const server = new IngestServer();
  let now = 0;
  logEvents(server, logger, { now: () => now });
  const refuse = (reason: "memory-budget" | "too-many-connections") =>
    server.emit("connectionRefused", { peer: "192.0.2.1:1", reason });
  for (let i = 0; i < 50; i++) refuse("too-many-connections");
  refuse("memory-budget");
  now = 1000;
  refuse("too-many-connections");
  const lines = text()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ event, reason, suppressed }) => [event, reason, suppressed])).toEqual([
    ["connection-refused", "too-many-connections", undefined],
    ["connection-refused", "memory-budget", undefined],
    ["connection-refused", "too-many-connections", 49],
  ]);
});

const record = { when: "always", format: "flv" } as const;

test.for([
  ["::", 1935, "rtmp://localhost/live"],
  ["0.0.0.0", 1936, "rtmp://localhost:1936/live"],
  ["192.0.2.1", 1935, "rtmp://192.0.2.1/live"],
  ["::1", 1940, "rtmp://[::1]:1940/live"],
] as const)("the hint for %s port %i", ([address, port, url]) => {
  const hint = encoderHint({ address, port }, undefined, { directory: "./recordings", ...record });
  expect(hint).toContain(`Server:      ${url}\n`);
  expect(hint).toContain("Stream Key:  anything");
  expect(hint).toContain("Records FLV into ./recordings\n");
  expect(hint).not.toContain("Page:");
  expect(encoderHint({ address, port }, undefined, { directory: undefined, ...record })).toContain("--record");
});

test.for(["text", "json"] as const)("another level counts at once, as %s", (format) => {
  let text = "";
  const logger = createLogger({ format, level: "warn" }, { write: (line) => (text += line) });
  logger.info({ event: "one" }, "One");
  logger.setLevel("info");
  logger.info({ event: "two" }, "Two");
  logger.setLevel("silent");
  logger.error({ event: "three" }, "Three");
  expect(text).toMatch(/Two/);
  expect(text).not.toMatch(/One|Three/);
});

test("the hint with HTTP names the page", () => {
  const rtmp = { address: "::", port: 1935 };
  expect(encoderHint(rtmp, { address: "127.0.0.1", port: 8080 }, { directory: undefined, ...record })).toMatch(
    /^\n {2}Page: http:\/\/localhost:8080\n/,
  );
});
