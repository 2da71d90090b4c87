import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { clockTime, Reporter, type ReporterOptions } from "./reporter.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function report(isTTY: boolean, options: Partial<ReporterOptions> = {}) {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) };
  const reporter = new Reporter(stream, { format: "text", level: "info", ...options });
  let seconds = 0;
  reporter.start("Playing", () => {
    return { mediaMs: 1000 * seconds, bytes: 125_000 * seconds++, buffered: 2048 };
  });
  return { reporter, written };
}

describe("on a terminal", () => {
  test("one line changes once a second, and is gone at the end", () => {
    const { reporter, written } = report(true);
    vi.advanceTimersByTime(2000);
    expect(written).toEqual([
      "\r\u001b[KPlaying  0:00:01.0  1000 kb/s  2 KiB buffered",
      "\r\u001b[KPlaying  0:00:02.0  1000 kb/s  2 KiB buffered",
    ]);
    reporter.stop();
    expect(written.at(-1)).toBe("\r\u001b[K");
    vi.advanceTimersByTime(5000);
    expect(written).toHaveLength(3);
  });

  test("a log line takes its place", () => {
    const { reporter, written } = report(true);
    vi.advanceTimersByTime(1000);
    reporter.logger.warn({}, "Careful");
    expect(written[1]).toBe("\r\u001b[K");
    expect(written[2]).toMatch(/WARN {2}Careful\n$/);
  });
});

describe("elsewhere", () => {
  test("a log line every ten seconds", () => {
    const { written } = report(false, { format: "json" });
    vi.advanceTimersByTime(20_000);
    expect(written.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { event: "progress", position: "0:00:01.0", kbps: 100, buffered: 2048 },
      { event: "progress", position: "0:00:02.0" },
    ]);
  });

  test.for([{ progressMs: 0 }, { level: "warn" }] as const)("nothing with %o", (options) => {
    const { written } = report(false, options as Partial<ReporterOptions>);
    vi.advanceTimersByTime(60_000);
    expect(written).toEqual([]);
  });
});

test("positions are told to a tenth of a second", () => {
  expect([0, 99, 59_999, 3_723_400].map(clockTime)).toEqual(["0:00:00.0", "0:00:00.0", "0:00:59.9", "1:02:03.4"]);
});
