import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { type Calls, Channel, type Port } from "./channel.js";

/** Two ports that are each other's other end; what is sent goes through a structured clone, as between processes. */
function pair(): [Port, Port] {
  const [a, b] = [new EventEmitter(), new EventEmitter()];
  const port = (own: EventEmitter, other: EventEmitter): Port => ({
    send: (message) => {
      const copy: unknown = structuredClone(message);
      queueMicrotask(() => other.emit("message", copy));
      return true;
    },
    on: (event, listener) => own.on(event, listener),
  });
  return [port(a, b), port(b, a)];
}

type Sums = { sum(a: number, b: number): Promise<number>; fail(): never };
const sums = {
  sum: async (a: number, b: number) => a + b,
  fail: () => {
    throw new Error("no sum");
  },
} satisfies Calls;

test("calls are answered, each with its own answer, and errors with their words", async () => {
  const [a, b] = pair();
  new Channel(b, sums);
  const channel = new Channel<Sums>(a, {});
  expect(await Promise.all([channel.call("sum", 1, 2), channel.call("sum", 3, 4)])).toEqual([3, 7]);
  await expect(channel.call("fail")).rejects.toThrow("no sum");
  const stranger = new Channel<{ nothing(): void }>(a, {});
  await expect(stranger.call("nothing")).rejects.toThrow("no such call");
});

test("an answer has had its effect before the call behind it is served", async () => {
  const [a, b] = pair();
  let has = false;
  const channel = new Channel<Sums>(a, { ask: () => has });
  const granted = channel.call("sum", 1, 2).then(async (sum) => {
    for (let i = 0; i < 20; i++) await sum; // as far as a claim is from its stream
    has = true;
  });
  const answers: unknown[] = [];
  b.on("message", (message) => {
    const envelope = message as { id?: number; value?: unknown };
    if (envelope.id === undefined) answers.push(envelope.value);
    else {
      b.send({ answer: envelope.id, value: 3 }, () => {});
      b.send({ call: "ask", id: 7, values: [] }, () => {});
    }
  });
  await granted;
  await expect.poll(() => answers).toEqual([true]);
});

test("calls that wait fail when the other process is gone, and when it does not answer", async () => {
  const [a] = pair();
  const channel = new Channel<Sums>(a, {});
  await expect(channel.callWithin(5, "sum", 1, 2)).rejects.toThrow("did not answer sum");
  const waiting = channel.call("sum", 1, 2);
  channel.close();
  await expect(waiting).rejects.toThrow("gone");
  await expect(channel.call("sum", 1, 2)).rejects.toThrow("gone");
});

test("a pipe that is closed is a process that is gone", async () => {
  const child = spawn(process.execPath, ["-e", "process.on('message', () => {})"], {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.disconnect();
  const errors: unknown[] = [];
  child.on("error", (error) => errors.push(error)); // such an event that nobody hears would end this process
  await expect(new Channel<Sums>(child, {}).call("sum", 1, 2)).rejects.toThrow("gone");
  expect(errors).toEqual([]);
});
