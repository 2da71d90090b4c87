import { describe, expect, test } from "vitest";
import { EventFeed, eventBytes } from "./event-feed.js";

const decoder = new TextDecoder();
const hello = eventBytes("hello", {});

async function next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const { value } = await reader.read();
  return decoder.decode(value);
}
function open(feed: EventFeed): ReadableStreamDefaultReader<Uint8Array> {
  const body = feed.open(hello);
  if (body === undefined) throw new Error("too many");
  return body.getReader();
}

describe("EventFeed", () => {
  test("gives everybody all events in order, read early or late", async () => {
    const feed = new EventFeed();
    const [early, late] = [open(feed), open(feed)];
    expect(await next(early)).toBe("retry: 2000\n\n");
    expect(await next(early)).toBe("event: hello\ndata: {}\n\n");
    const waiting = next(early);
    feed.send("one", { text: "two\nlines" });
    expect(await waiting).toBe('event: one\ndata: {"text":"two\\nlines"}\n\n');
    feed.send("two", {});
    await next(late);
    await next(late);
    expect([await next(late), await next(late)]).toEqual([
      'event: one\ndata: {"text":"two\\nlines"}\n\n',
      "event: two\ndata: {}\n\n",
    ]);
    feed.close();
  });

  test("holds 256 KiB for one who does not read, then tells it to ask anew, and nobody else", async () => {
    const feed = new EventFeed();
    const [slow, fast] = [open(feed), open(feed)];
    await next(fast);
    await next(fast);
    for (let i = 0; i < 300; i++) {
      feed.send("tick", { i, padding: "x".repeat(1000) });
      expect(await next(fast)).toContain(`"i":${i},`);
    }
    expect(await next(slow)).toBe("event: resync\ndata: {}\n\n");
    const first = /"i":(\d+)/.exec(await next(slow))?.[1];
    expect(Number(first)).toBeGreaterThan(200); // all that waited before is gone
    let last = "";
    for (let i = Number(first) + 1; i < 300; i++) last = await next(slow);
    expect(last).toContain('"i":299,');
    feed.close();
    expect((await slow.read()).done).toBe(true);
  });

  test("forgets those who leave", async () => {
    const feed = new EventFeed();
    const reader = open(feed);
    expect(feed.size).toBe(1);
    await reader.cancel();
    expect(feed.size).toBe(0);
    feed.send("nobody", {});
    feed.close();
  });
});
