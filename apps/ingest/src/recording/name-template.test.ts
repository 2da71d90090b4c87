import { describe, expect, test } from "vitest";
import { DEFAULT_NAME, NameTemplate, nameTemplateProblem } from "./name-template.js";

const values = {
  app: "live",
  stream: "key",
  publishedAt: new Date("2026-01-31T12:00:00.123Z"),
  startedAt: new Date("2026-01-31T12:10:00.456Z"),
  index: 2,
  format: "mp4",
} as const;

describe("NameTemplate", () => {
  test.for([
    [DEFAULT_NAME, "live/key/2026-01-31T12-10-00.456Z.mp4"],
    ["{app}_{stream}/{publish}/{index}.{ext}", "live_key/2026-01-31T12-00-00.123Z/002.mp4"],
    ["{date}/{time}-{stream}.{ext}", "2026-01-31/12-10-00-key.mp4"],
    ["all.{ext}", "all.mp4"],
  ] as const)("%s", ([template, path]) => expect(new NameTemplate(template).path(values)).toBe(path));

  test("numbers further files of a name", () => {
    expect(new NameTemplate("{stream}.{ext}").path(values, 3)).toBe("key-3.mp4");
  });

  test("makes one part of each part, whatever a stream is called", () => {
    const template = new NameTemplate("{app}/x-{stream}.{ext}");
    const path = (app: string, stream: string) => template.path({ ...values, app, stream });
    expect(path("../..", "/etc/passwd")).toBe("%2E.%2F.%2E/x-%2Fetc%2Fpasswd.mp4");
    expect(path("", ".")).toBe("%empty/x-%2E.mp4");
    expect(path("..", "{start}")).toBe("%2E%2E/x-%7Bstart%7D.mp4");
    for (const part of path("a".repeat(4000), "\u20ac".repeat(4000)).split("/")) {
      expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
    }
    expect(path("live", "x".repeat(4000))).toMatch(/%-[0-9a-f]{32}\.mp4$/);
  });

  test("keeps the manifest's name free", () => {
    const path = (app: string) => new NameTemplate(DEFAULT_NAME).path({ ...values, app });
    expect(path("recordings.jsonl")).toMatch(/^%recordings\.jsonl\/key\//);
    expect(path("Recordings.JSONL")).toMatch(/^%Recordings\.JSONL\/key\//);
  });

  test.for([
    ["{stream}", /end in \.\{ext\}/],
    ["{stream}.flv", /end in/],
    ["/{stream}.{ext}", /below the folder/],
    ["../{stream}.{ext}", /below the folder/],
    ["a/./{stream}.{ext}", /below the folder/],
    ["a//{stream}.{ext}", /below the folder/],
    ["{stream}/.{ext}", /below the folder/],
    ["{app}/{key}.{ext}", /unknown placeholder \{key\}; there are \{app\}/],
    ["{__proto__}.{ext}", /unknown placeholder/],
    ["a b.{ext}", /letters, digits/],
    ["a\\b.{ext}", /letters, digits/],
    ["{stream.{ext}", /letters, digits|unknown/],
  ] as const)("%s is refused", ([template, problem]) => {
    expect(nameTemplateProblem(template)).toMatch(problem);
    expect(() => new NameTemplate(template)).toThrow(RangeError);
  });
});
