import { connect } from "node:net";
import { ServerSession } from "@rtmp/session";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { videoMessage } from "../testing/packets.js";
import { RawClient } from "../testing/raw-client.js";
import { startServer } from "../testing/test-server.js";
import { MergedReads } from "./merged-reads.js";

/** A publisher at a rate, read through its merged reads, on a clock of its own. */
class Publisher {
  bytesReceived = 0;
  held = false;
  hurried = false;
  /** Whether its session can rest. */
  rests = true;
  /** When it was read, and how much that brought. */
  readonly reads: { readonly at: number; readonly bytes: number }[] = [];
  /** Bytes a ms. */
  rate: number;
  #sent = 0;
  #now = 0;
  readonly #due: { readonly at: number; callback(): void }[] = [];
  readonly #merged;

  constructor(rate: number, maxMs = 100) {
    this.rate = rate;
    const merged = new MergedReads(maxMs, {
      now: () => this.#now,
      after: (ms, callback) => void this.#due.push({ at: this.#now + ms, callback }),
    });
    this.#merged = merged.of(this, () => this.hurried);
  }

  holdReading(): boolean {
    this.held = this.rests;
    return this.rests;
  }
  resumeReading(): void {
    this.held = false;
  }
  stop(): void {
    this.#merged.stop();
  }

  /** It sends a message each 4 ms. */
  run(ms: number): void {
    for (const end = this.#now + ms; this.#now < end; this.#now++) {
      for (const timer of this.#due.filter(({ at }) => at <= this.#now)) {
        this.#due.splice(this.#due.indexOf(timer), 1);
        timer.callback();
      }
      if (this.#now % 4 === 0) this.#sent += this.rate * 4;
      const bytes = this.#sent - this.bytesReceived;
      if (this.held || bytes === 0) continue;
      this.bytesReceived += bytes;
      this.reads.push({ at: this.#now, bytes });
      this.#merged.message();
    }
  }
  /** How often it is read in a second from now on. */
  readsInASecond(): number {
    this.reads.length = 0;
    this.run(1000);
    return this.reads.length;
  }
}

describe("a publisher that nobody is in a hurry for", () => {
  test("is read at once for a second, and then ten times a second", () => {
    const publisher = new Publisher(300);
    expect(publisher.readsInASecond()).toBe(250);
    publisher.run(500);
    expect(publisher.readsInASecond()).toBeLessThanOrEqual(11);
    expect(Math.max(...publisher.reads.map(({ bytes }) => bytes))).toBeLessThan(36_000);
  });

  test("is read more often the faster it is, so that as much comes with each read, and at once beyond 3 MB/s", () => {
    for (const [rate, least, most] of [
      [20, 9, 11], // audio
      [750, 19, 25], // 6 Mbit/s
      [1500, 36, 50],
      [4000, 250, 250],
    ] as const) {
      const publisher = new Publisher(rate);
      publisher.run(2000);
      const reads = publisher.readsInASecond();
      expect([rate, reads >= least, reads <= most]).toEqual([rate, true, true]);
      expect(Math.max(...publisher.reads.map(({ bytes }) => bytes))).toBeLessThan(48_000);
    }
  });

  test("that becomes fast is read at once soon", () => {
    const publisher = new Publisher(100);
    publisher.run(3000);
    publisher.rate = 100_000;
    publisher.run(300);
    expect(publisher.readsInASecond()).toBe(250);
  });

  test("that sends nothing for a while is read when it does again", () => {
    const publisher = new Publisher(100);
    publisher.run(3000);
    publisher.rate = 0;
    publisher.run(5000);
    publisher.rate = 100;
    expect(publisher.readsInASecond()).toBeGreaterThanOrEqual(9);
  });

  test("is read at once as soon as somebody is, and until a second after nobody is any more", () => {
    const publisher = new Publisher(300);
    publisher.run(2000);
    publisher.hurried = true;
    publisher.run(120);
    expect(publisher.readsInASecond()).toBe(250);
    publisher.hurried = false;
    publisher.run(1100);
    expect(publisher.readsInASecond()).toBeLessThanOrEqual(11);
  });

  test("rests again soon when it could not for a moment", () => {
    const publisher = new Publisher(300);
    publisher.run(2000);
    publisher.rests = false;
    publisher.run(150);
    publisher.rests = true;
    publisher.run(150);
    expect(publisher.readsInASecond()).toBeLessThanOrEqual(11);
  });

  test("is read at once from its end on, and always with a longest interval of 0", () => {
    const stopped = new Publisher(300);
    stopped.run(2000);
    stopped.stop();
    stopped.stop();
    expect(stopped.readsInASecond()).toBe(250);
    const unable = new Publisher(300);
    unable.rests = false;
    unable.run(2000);
    expect(unable.readsInASecond()).toBe(250);
    const never = new Publisher(300, 0);
    never.run(2000);
    expect(never.readsInASecond()).toBe(250);
  });
});

test("those that are due at about the same time are called together", () => {
  const timers: (() => void)[] = [];
  let now = 0;
  const merged = new MergedReads(100, { now: () => now, after: (_, callback) => void timers.push(callback) });
  const looks: number[] = [];
  for (now = 0; now < 2; now += 0.1) {
    const session = { bytesReceived: 0, holdReading: () => false, resumeReading: () => void looks.push(1) };
    const reads = merged.of(session, () => true);
    if (now > 1.85) reads.stop(); // the last one, which reads on at once, and is not called
  }
  expect(timers).toHaveLength(1);
  expect(looks).toHaveLength(1);
  now = 1000;
  timers[0]?.();
  expect(looks).toHaveLength(20);
});

test("an encoder behind a balancer, whose first bytes come with the header, is read in time too", async () => {
  const rests = vi.spyOn(ServerSession.prototype, "holdReading");
  onTestFinished(() => rests.mockRestore());
  const server = await startServer({
    rtmp: { listen: ["127.0.0.1:0"], proxyProtocol: true, trustedProxies: ["127.0.0.0/8"] },
  });
  const socket = connect(server.port, "127.0.0.1");
  socket.write("PROXY TCP4 192.0.2.7 198.51.100.1 5555 1935\r\n");
  const publisher = await RawClient.publishOver(socket, "key");
  let sent = 0;
  while (rests.mock.calls.length < 10 && sent < 2000) {
    publisher.send(videoMessage(sent, sent === 0, 500));
    sent++;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(rests.mock.results.slice(0, 10).map(({ value }) => value)).toEqual(Array(10).fill(true));
  publisher.command(0, "deleteStream", 0, null, 1);
  await vi.waitFor(() => expect(server.events("unpublish")).toHaveLength(1), 1000);
  expect(server.events("unpublish")).toMatchObject([{ clean: true, video: sent, peer: "192.0.2.7:5555" }]);
});

test("a server rests from a stream that is only recorded, reads one at once that is played, and loses nothing", async () => {
  const rests = vi.spyOn(ServerSession.prototype, "holdReading");
  onTestFinished(() => rests.mockRestore());
  const server = await startServer();
  const publisher = await RawClient.publish(server.port, "key");
  let sent = 0;
  const send = async (messages: number): Promise<void> => {
    for (let i = 0; i < messages; i++, sent++) {
      publisher.send(videoMessage(sent, sent === 0, 500));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  while (rests.mock.calls.length < 5 && sent < 2000) await send(10);
  expect(rests.mock.calls.length).toBeGreaterThanOrEqual(5);
  const player = await RawClient.open(server.port);
  player.command(1, "play", 0, null, "key");
  await player.sees("NetStream.Data.Start");
  await send(40); // the rest that was under way
  rests.mockClear();
  await send(40);
  expect(rests).not.toHaveBeenCalled();
  publisher.command(0, "deleteStream", 0, null, 1);
  await player.sees("NetStream.Play.Stop");
  expect(await server.event("unpublish")).toMatchObject({ clean: true, video: sent });
  expect(await server.event("stop")).toMatchObject({ droppedFrames: 0 });
});
