import { expect, test } from "vitest";
import { plainText } from "./plain-text.js";

test.for([
  ["obs-output module (libobs version 30.1.2)", "obs-output module (libobs version 30.1.2)"],
  ["  two\r\nlines\u001b[31m\u202e ", "two lines [31m"],
  ["Flash?key=secret rtmp://user:pass@host", "Flash?… rtmp://…@host"],
  ["x".repeat(5000), `${"x".repeat(127)}…`],
  ["\ud800", undefined],
  ["", undefined],
  [undefined, undefined],
] as const)("%j becomes %j", ([text, shown]) => expect(plainText(text)).toBe(shown));
