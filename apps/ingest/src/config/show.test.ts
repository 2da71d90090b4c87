import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "./config.js";
import { showConfig } from "./show.js";

test("shows every key, in the form of a file, and no secret", () => {
  const key = "s3cret-of-some-length";
  const config = parseConfig({
    http: { listen: "127.0.0.1:8080", token: key },
    auth: {
      publishKey: key,
      playKey: key,
      keys: [{ key, stream: "camera" }, { keySha256: "53c7e7".repeat(11).slice(0, 64) }],
      signing: { secrets: [key] },
    },
    relay: { push: [`live/*=rtmps://user:${key}@example.org/live/${key}?token=${key}`] },
  });
  const text = showConfig(config);
  expect(text).not.toContain("s3cret");
  expect(text).not.toContain("53c7e7");
  expect(parse(text)).toMatchObject({
    rtmp: { listen: ["1935"] },
    http: { listen: "127.0.0.1:8080", token: "…" },
    auth: { publishKey: "…", keys: [{ key: "…", stream: "camera" }, { keySha256: "…" }], signing: { secrets: ["…"] } },
    relay: { push: [{ match: "live/*", url: "rtmps://user:***@example.org/live/***" }] },
  });
});

test.for([
  ["of a wrong form", { auth: { publishKey: "" } }, "auth.publishKey: must not be empty; got …"],
  ["of a wrong type", { http: { token: 51_3_5_3 } }, /^http\.token: .*; got …$/],
  [
    "too short",
    { http: { token: "s3cret" } },
    "http.token: must have at least 8 characters of ASCII, without spaces; got …",
  ],
  ["in the wrong place", { auth: "s3cret" }, /^auth: .*; got a text$/],
  ["in the wrong list", { auth: { keys: ["s3cret"] } }, /^auth\.keys: .*; got a text$/],
  ["in a flag", { relay: { push: ["x=rtmp://s3cret"] } }, /^relay\.push\.url: .*; got a text$/],
] as const)("a secret %s is not in the error", ([, options, message]) => {
  expect(() => parseConfig(options)).toThrow(message);
  expect(() => parseConfig(options)).not.toThrow(/s3cret/);
});
