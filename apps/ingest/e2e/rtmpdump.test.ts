import { describe, expect, test } from "vitest";
import { Ingest } from "./support/ingest.js";
import { has, start } from "./support/programs.js";

describe.skipIf(!has("rtmpdump"))("rtmpdump", () => {
  test("is told why it can not play, and leaves", async () => {
    const ingest = await Ingest.start();
    try {
      const { code, output } = await start("rtmpdump", ["-r", ingest.url("nothing"), "-o", "/dev/null"], 15_000).ended;
      expect(output).toContain("NetStream.Play.");
      expect(code).not.toBe(0);
    } finally {
      await ingest[Symbol.asyncDispose]();
    }
  });
});
