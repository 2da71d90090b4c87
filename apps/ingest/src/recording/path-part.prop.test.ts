import { posix, win32 } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { pathPart } from "./path-part.js";

const nasty = fc.constantFrom(
  ".",
  "..",
  "/",
  "\\",
  "\0",
  "%",
  "%2",
  "-",
  "%-",
  " ",
  ":",
  "nul",
  "CON",
  "com1",
  "\u0301",
  "e\u0301",
  "é",
  "\u200d",
  "\ud800",
  "\udc00",
  "\uff0f",
  "a",
  "A",
  "流",
);
const name = fc.oneof(
  fc.array(nasty, { maxLength: 12 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.array(nasty, { minLength: 80, maxLength: 120 }).map((parts) => parts.join("")),
);

test("every name becomes one plain folder name", () => {
  fc.assert(
    fc.property(name, (text) => {
      const part = pathPart(text);
      expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
      expect(part.length).toBeGreaterThan(0);
      for (const { join, basename } of [posix, win32]) {
        expect(basename(join("/root", part))).toBe(part);
        expect(join("/root", part, "..")).toBe(join("/root"));
      }
      expect(part).toBe(part.normalize("NFC"));
      expect(part).not.toMatch(/[\p{C}\p{Z}/\\:*?"<>|]|^\.|[. ]$/u);
    }),
    { numRuns: 2000 },
  );
});

test("different names never become the same folder", () => {
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(name, (text) => {
      const part = pathPart(text);
      const before = seen.get(part);
      if (before !== undefined) expect(text).toBe(before);
      seen.set(part, text);
    }),
    { numRuns: 5000 },
  );
});

test("an unshortened part holds its whole name", () => {
  fc.assert(
    fc.property(fc.oneof(fc.array(nasty, { maxLength: 12 }).map((parts) => parts.join(""))), (text) => {
      fc.pre(!/\p{Cs}/u.test(text) && text !== "" && !pathPart(text).includes("%-"));
      expect(decodeURIComponent(pathPart(text))).toBe(text);
    }),
  );
});
