import { expect, test } from "vitest";
import { redact, redactText } from "./redact.js";

test.for([
  ["nothing secret: live/key", "nothing secret: live/key"],
  ["key?token=s3cret", "key?…"],
  ['open "rtmp://host/live?sig=abc&x=1" failed', 'open "rtmp://host/live?… failed'],
  ["two a?b=1 c?d=2", "two a?… c?…"],
  ["rtmp://user:pass@host/app", "rtmp://…@host/app"],
  ["why?", "why?"],
  ["x".repeat(5000), `${"x".repeat(2000)}…`],
] as const)("redacts %s", ([text, expected]) => expect(redactText(text)).toBe(expected));

test("redacts every text of a value", () => {
  const error = Object.assign(new Error("bad name key?token=s3cret", { cause: new Error("inner?s3cret") }), {
    code: "bad-argument",
    context: { name: "key?token=s3cret" },
  });
  const fields = redact({ a: ["x?s3cret"], b: { c: "y?s3cret" }, n: 5, d: new Date(0), error, none: undefined });
  expect(JSON.stringify(fields)).not.toContain("s3cret");
  expect(fields).toEqual({
    a: ["x?…"],
    b: { c: "y?…" },
    n: 5,
    d: new Date(0),
    error: {
      name: "Error",
      code: "bad-argument",
      message: "bad name key?…",
      cause: { name: "Error", message: "inner?…" },
    },
    none: undefined,
  });
});

test("cuts what is deep, and what is circular with it", () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  expect(redact(circle)).toEqual({ self: { self: { self: { self: "…" } } } });
});
