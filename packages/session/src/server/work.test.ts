import { expect, test, vi } from "vitest";
import type { MediaMessage } from "../events.js";
import { counting, Peer } from "../testing/peer.js";
import type { Transport, TransportReceiver } from "../transport.js";
import { ServerSession } from "./server-session.js";

// What a session does for its bytes, in numbers that no machine's speed changes: copies, writes, signals.

/** A publishing session on a transport that reads by calls. */
function publish(publishing: "at once" | "later" = "at once", whenIdle?: (callback: () => void) => void) {
  let receiver: TransportReceiver | undefined;
  let decide = (): void => {};
  const media: MediaMessage[] = [];
  const seen: Uint8Array[] = []; // copies of payloads, taken in time
  const written: Uint8Array[] = [];
  const flow = { pause: vi.fn(), resume: vi.fn(), gathers: true };
  const transport: Transport = {
    get readable(): never {
      throw new Error("read by calls");
    },
    receive: (given) => {
      receiver = given;
      return flow;
    },
    write: (bytes) => void written.push(bytes),
    end: () => {},
    close: () => {},
  };
  const session = new ServerSession(transport, {
    random: counting,
    payloads: "borrowed",
    ...(whenIdle && { whenIdle }),
    handler: {
      publish: (request) => {
        if (publishing === "at once") request.accept();
        else decide = () => void request.accept();
      },
      media: (message) => {
        media.push(message);
        seen.push(message.payload.slice());
      },
    },
  });
  const run = session.run();
  const peer = new Peer();
  const send = (bytes: Uint8Array): void => receiver?.data(bytes);
  send(peer.hello());
  for (const bytes of written.splice(0)) {
    const reply = peer.hear(bytes);
    if (reply !== undefined) send(reply);
  }
  send(peer.startPublishing());
  return { session, run, peer, send, media, seen, written, flow, receiver: () => receiver, decide: () => decide() };
}

test("a payload that is whole in a read is a view of it, and costs no write", () => {
  const { peer, send, media, written } = publish();
  written.length = 0;
  const reads = [peer.video(0), peer.audio(1), peer.video(40)];
  for (const read of reads) send(read);
  expect(media).toHaveLength(reads.length);
  for (const [i, { payload }] of media.entries()) expect(payload.buffer).toBe(reads[i]?.buffer);
  expect(written).toEqual([]);
});

test("what one read asks for is answered in one write", () => {
  const { written } = publish();
  expect(written.length).toBeLessThanOrEqual(2); // behind the handshake, and the answers to all commands
});

test("a transport that calls is paused while much waits for a decision, and goes on with it", () => {
  const { peer, send, media, flow, decide } = publish("later");
  for (let i = 0; i < 10; i++) send(peer.video(i, new Uint8Array(10_000).fill(0x27)));
  expect([media.length, flow.pause.mock.calls.length, flow.resume.mock.calls.length]).toEqual([0, 1, 0]);
  decide();
  expect([media.length, flow.pause.mock.calls.length, flow.resume.mock.calls.length]).toEqual([10, 1, 1]);
});

test("an application that wants a rest gets what was read, and nothing more before it resumes", () => {
  const { peer, send, media, flow, session } = publish();
  const calls = (): [pauses: number, resumes: number] => [flow.pause.mock.calls.length, flow.resume.mock.calls.length];
  expect([session.holdReading(), session.holdReading()]).toEqual([true, true]);
  expect(calls()).toEqual([1, 0]);
  send(Buffer.concat([peer.video(0), peer.video(40)])); // was under way
  expect([media.length, ...calls()]).toEqual([2, 1, 0]);
  session.resumeReading();
  session.resumeReading();
  expect(calls()).toEqual([1, 1]);
});

test("there is no rest on a transport that would hand out what came one by one afterwards", () => {
  const { flow, session } = publish();
  flow.gathers = false;
  expect(session.holdReading()).toBe(false);
  session.resumeReading();
  expect([flow.pause.mock.calls.length, flow.resume.mock.calls.length]).toEqual([0, 0]);
});

test("there is no rest while the peer is owed an acknowledgement, which waits for it to be silent", async () => {
  const { peer, send, session, written } = publish();
  written.length = 0;
  send(peer.video(0, new Uint8Array(2_500_000)));
  expect([session.holdReading(), written]).toEqual([false, []]);
  await vi.waitFor(() => expect(written).toHaveLength(1)); // the acknowledgement
  expect(session.holdReading()).toBe(true);
});

test("reading goes on when neither a rest nor a decision is in the way, and when the session ends", () => {
  const { peer, send, flow, session, decide } = publish("later");
  for (let i = 0; i < 10; i++) send(peer.video(i, new Uint8Array(10_000).fill(0x27)));
  session.holdReading();
  session.resumeReading();
  expect(flow.resume).not.toHaveBeenCalled(); // the decision is still awaited
  session.holdReading();
  decide();
  expect(flow.resume).not.toHaveBeenCalled();
  session.close("closed"); // the peer's FIN is to be seen
  expect([flow.pause.mock.calls.length, flow.resume.mock.calls.length]).toEqual([1, 1]);
});

test("the end of such a transport ends the session", async () => {
  const { run, receiver } = publish();
  receiver()?.broken(new Error("reset by the test"));
  expect(await run).toMatchObject({ clean: false, reason: "reset", by: "peer" });
});

test("a transport may use its arrays again: what waits for a decision stays whole, and what comes in an aggregate", () => {
  const { peer, send, seen, decide } = publish("later");
  const [first, second] = [Uint8Array.of(0x27, 1, 0, 0, 0, 1), Uint8Array.of(0x27, 1, 0, 0, 0, 2)];
  const part = Uint8Array.of(0xaf, 1, 7);
  const tag = [8, 0, 0, part.length, 0, 0, 20, 0, 0, 0, 0, ...part, 0, 0, 0, 11 + part.length];
  const reads = [peer.video(0, first), peer.raw(22, Uint8Array.from([...tag, ...tag]), 1), peer.video(40, second)];
  for (const read of reads) {
    send(read);
    read.fill(0xee);
  }
  expect(seen).toEqual([]);
  decide();
  expect(seen).toEqual([first, part, part, second]);
});

test("only so much of a read counts as its transport says", () => {
  const { peer, receiver, seen } = publish();
  const room = new Uint8Array(1000);
  for (const payload of [Uint8Array.of(0x27, 1), Uint8Array.of(0x27, 1, 2, 3)]) {
    const bytes = peer.video(0, payload);
    room.fill(0xee).set(bytes);
    receiver()?.data(room, bytes.length);
  }
  expect(seen).toEqual([Uint8Array.of(0x27, 1), Uint8Array.of(0x27, 1, 2, 3)]);
});

test("a peer that leaves waits until there is time, unless it publishes", async () => {
  const waiting: (() => void)[] = [];
  const whenIdle = (callback: () => void): void => void waiting.push(callback);
  const active = publish("at once", whenIdle);
  active.receiver()?.end();
  expect(waiting.length).toBe(0);
  expect(await active.run).toMatchObject({ reason: "closed", by: "peer", clean: false });

  const idle = publish("at once", whenIdle);
  idle.send(idle.peer.command("deleteStream", 6, 0, null, 1));
  idle.receiver()?.end();
  expect(waiting.length).toBe(1);
  waiting[0]?.();
  expect(await idle.run).toMatchObject({ reason: "closed", by: "peer", clean: true });
});
