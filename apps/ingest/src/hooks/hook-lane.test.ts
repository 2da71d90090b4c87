import { expect, test } from "vitest";
import { HookLane } from "./hook-lane.js";

const never = new AbortController().signal;

/** A lane with tasks that end when they are told to. */
function lane(running: number, waiting: number) {
  const own = new HookLane(running, waiting);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string, signal: AbortSignal = never): Promise<string> =>
    own.run(signal, () => {
      begun.push(name);
      return new Promise((resolve) => ends.set(name, () => resolve(name)));
    });
  return { run, begun, end: (name: string) => ends.get(name)?.() };
}

test("so many run, the others wait for their turn", async () => {
  const { run, begun, end } = lane(2, 2);
  const all = ["a", "b", "c", "d"].map((name) => run(name));
  await expect(run("e")).rejects.toMatchObject({ code: "overloaded" });
  expect(begun).toEqual(["a", "b"]);
  end("b");
  await all[1];
  const late = run("f"); // does not overtake
  await Promise.resolve();
  expect(begun).toEqual(["a", "b", "c"]);
  for (const name of ["a", "c", "d", "f"]) {
    await expect.poll(() => begun).toContain(name);
    end(name);
  }
  expect(await Promise.all([...all, late])).toEqual(["a", "b", "c", "d", "f"]);
  expect(begun).toEqual(["a", "b", "c", "d", "f"]);
});

test("who gives up waiting leaves his place to others", async () => {
  const { run, begun, end } = lane(1, 1);
  const first = run("a");
  const abort = new AbortController();
  const second = run("b", abort.signal);
  abort.abort();
  await expect(second).rejects.toMatchObject({ code: "cancelled" });
  await expect(run("b", abort.signal)).rejects.toMatchObject({ code: "cancelled" });
  const third = run("c");
  end("a");
  await first;
  await expect.poll(() => begun).toEqual(["a", "c"]);
  end("c");
  await third;
});

test("a task that fails gives its place back", async () => {
  const own = new HookLane(1, 0);
  await expect(own.run(never, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await own.run(never, async () => 1)).toBe(1);
});
