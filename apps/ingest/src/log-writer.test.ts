import { describe, expect, test, vi } from "vitest";
import { LogWriter, type WriteToFd } from "./log-writer.js";

/** A file descriptor that takes what a test lets it take. */
function setUp(maxBacklog = 1000, gatherMs = 0) {
  const calls: { text: string; done: (error: Error | null, written: number) => void }[] = [];
  const write: WriteToFd = (_fd, bytes, done) => void calls.push({ text: Buffer.from(bytes).toString(), done });
  const writer = new LogWriter(1, maxBacklog, write, gatherMs);
  let taken = "";
  /** Lets the write that is under way take so many bytes, or fail. */
  const settle = (count: number | NodeJS.ErrnoException["code"]): void => {
    const call = calls.shift();
    if (call === undefined) throw new Error("nothing is being written");
    if (typeof count === "number") {
      taken += call.text.slice(0, count);
      call.done(null, count);
    } else call.done(Object.assign(new Error(count), { code: count }), 0);
  };
  return { writer, calls, settle, taken: () => taken };
}

describe("LogWriter", () => {
  test("writes in order, one call at a time", async () => {
    const { writer, calls, settle, taken } = setUp();
    for (const line of ["a\n", "b\n", "c\n"]) writer.write(line);
    expect(calls.map(({ text }) => text)).toEqual(["a\n"]);
    settle(2);
    expect(calls.map(({ text }) => text)).toEqual(["b\nc\n"]);
    settle(1);
    writer.write("d\n");
    const flushed = writer.flushed(60_000);
    settle(3);
    settle(2);
    await flushed;
    expect(taken()).toBe("a\nb\nc\nd\n");
    await writer.flushed(60_000); // nothing left: at once
  });

  test("gathers lines that come right behind others, and waits no longer when the end comes", async () => {
    const { writer, calls, settle, taken } = setUp(1000, 60_000);
    writer.write("a\n"); // at once
    settle(2);
    for (const line of ["b\n", "c\n"]) writer.write(line);
    expect(calls).toEqual([]);
    const flushed = writer.flushed(60_000);
    expect(calls.map(({ text }) => text)).toEqual(["b\nc\n"]);
    settle(4);
    await flushed;
    expect(taken()).toBe("a\nb\nc\n");
  });

  test("writes what it gathered by itself", async () => {
    const { writer, calls, settle } = setUp(1000, 1);
    writer.write("a\n");
    settle(2);
    writer.write("b\n");
    await vi.waitFor(() => expect(calls.map(({ text }) => text)).toEqual(["b\n"]));
  });

  test("tries a full pipe again", async () => {
    const { writer, calls, settle, taken } = setUp();
    writer.write("a\n");
    const flushed = writer.flushed(60_000);
    settle("EAGAIN");
    while (calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    settle(2);
    await flushed;
    expect(taken()).toBe("a\n");
  });

  test.for(["EPIPE", "ENOSPC", "EIO"])("%s costs lines and nothing else", async (code) => {
    const { writer, settle, taken } = setUp();
    writer.write("a\n");
    writer.write("b\n");
    const flushed = writer.flushed(60_000);
    settle(code);
    settle(2);
    await flushed;
    expect(taken()).toBe("b\n");
  });

  test("drops what does not fit while nobody reads, and takes lines again when somebody does", () => {
    const { writer, settle, taken } = setUp(6);
    for (const line of ["aa\n", "bb\n", "cc\n"]) writer.write(line);
    settle(3);
    writer.write("dd\n");
    settle(3);
    settle(3);
    expect(taken()).toBe("aa\nbb\ndd\n");
  });

  test("does not wait for ever at the end", async () => {
    const { writer } = setUp();
    writer.write("a\n");
    await writer.flushed(10);
  });
});
