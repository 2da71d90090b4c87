import { describe, expect, test } from "vitest";
import { Admission, type AdmissionLimits, type Place, type Stage, stageOf } from "./admission.js";

function setUp(limits: Partial<AdmissionLimits> = {}) {
  const admission = new Admission({ maxConnections: 100, maxPending: 6, maxPendingPerAddress: 3, ...limits });
  const evicted: string[] = [];
  let count = 0;
  /** Comes in as `<address>#<number of arrival>`. */
  const come = (address: string, stage: () => Stage = () => "silent"): Place | undefined => {
    const name = `${address}#${++count}`;
    return admission.admit({ address, stage, evict: () => evicted.push(name) });
  };
  return { admission, evicted, come };
}

describe("admission", () => {
  test("refuses when all connections are taken, until one leaves", () => {
    const { admission, evicted, come } = setUp({ maxConnections: 2 });
    const first = come("a");
    const second = come("b");
    expect(come("c")).toBeUndefined();
    first?.accepted();
    expect(come("c")).toBeUndefined();
    second?.left();
    second?.left(); // twice counts once
    expect(admission.connections).toBe(1);
    expect(come("c")).toBeDefined();
    expect(come("d")).toBeUndefined();
    expect(evicted).toEqual([]);
  });

  test("an address that has its share makes room for its newest", () => {
    const { admission, evicted, come } = setUp();
    for (let i = 0; i < 5; i++) come("a");
    come("b");
    expect(evicted).toEqual(["a#1", "a#2"]);
    expect(admission.pending).toBe(4);
  });

  test("when all pending places are taken, the address that holds most makes room", () => {
    const { admission, evicted, come } = setUp();
    for (const address of ["b", "a", "a", "a", "c", "c"]) come(address);
    come("d");
    expect(evicted).toEqual(["a#2"]);
    come("d");
    expect(evicted).toEqual(["a#2", "a#3"]); // a and c have two each; a was there first
    come("e");
    expect(evicted).toEqual(["a#2", "a#3", "c#5"]);
    expect(admission.pending).toBe(6);
  });

  test("those accepted are neither counted nor ended", () => {
    const { admission, evicted, come } = setUp();
    const places = [come("a"), come("a"), come("a")];
    for (const place of places) place?.accepted();
    for (let i = 0; i < 4; i++) come("a");
    expect(evicted).toEqual(["a#4"]);
    expect([admission.pending, admission.connections]).toEqual([3, 7]); // the evicted one has not left yet
  });

  test("an address that has all it may have is refused, unless one of its pending ones can make room", () => {
    const { admission, evicted, come } = setUp({ maxPerAddress: 4 });
    const [first, second, third] = [come("a"), come("a"), come("a")];
    first?.accepted();
    first?.accepted(); // of a second stream: counts once
    second?.accepted();
    come("a");
    expect(evicted).toEqual([]);
    come("a");
    expect(evicted).toEqual(["a#3"]);
    third?.accepted(); // too late
    third?.left();
    come("a")?.accepted();
    come("a")?.accepted();
    expect(evicted).toEqual(["a#3", "a#4", "a#5"]);
    expect(come("a")).toBeUndefined();
    expect(come("b")).toBeDefined();
    first?.left();
    first?.left();
    expect(come("a")).toBeDefined();
    expect(come("a")).toBeDefined();
    expect(evicted.at(-1)).toBe("a#10");
    expect(admission.connections).toBe(8); // three that made room have not left yet
  });

  test("IPv6 peers share their /64", () => {
    const { evicted, come } = setUp();
    for (let i = 0; i < 4; i++) come(`2001:db8::${i}`);
    come("2001:db8:0:1::1");
    expect(evicted).toEqual(["2001:db8::0#1"]);
  });

  test("an evicted connection that leaves frees its connection and nothing else", () => {
    const { admission, come } = setUp();
    const first = come("a");
    for (let i = 0; i < 3; i++) come("a");
    expect([admission.pending, admission.connections]).toEqual([3, 4]);
    first?.accepted(); // too late
    first?.left();
    expect([admission.pending, admission.connections]).toEqual([3, 3]);
  });

  test("a new encoder gets in while a crowd hangs on", () => {
    const { evicted, come } = setUp({ maxConnections: 4096, maxPending: 512, maxPendingPerAddress: 128 });
    for (let i = 0; i < 1000; i++) come(`10.0.${i % 20}.1`);
    const encoder = come("192.0.2.1");
    for (let i = 0; i < 400; i++) come(`10.0.${i % 20}.1`);
    encoder?.accepted();
    expect(evicted.some((name) => name.startsWith("192.0.2.1#"))).toBe(false);
  });
});

describe("who makes room", () => {
  const numbers = (evicted: readonly string[]): number[] => evicted.map((name) => Number(name.split("#")[1]));

  test("is the oldest of those that have come least far", () => {
    const { evicted, come } = setUp({ maxPending: 100, maxPendingPerAddress: 8 });
    const stages: Stage[] = [
      "connected",
      "handshake",
      "silent",
      "connecting",
      "handshake",
      "silent",
      "handshake",
      "silent",
    ];
    for (const stage of stages) come("a", () => stage);
    for (let i = 0; i < 7; i++) come("a", () => "connected");
    // Two of eight are a stage's share: of the silent ones one is ended, of those in their handshake two.
    expect(numbers(evicted)).toEqual([3, 6, 2, 5, 1, 9, 10]);
  });

  test("is judged by what it does at that moment", () => {
    const { evicted, come } = setUp();
    let stage: Stage = "silent";
    come("a", () => stage);
    for (let i = 0; i < 2; i++) come("a");
    stage = "handshake";
    come("a");
    expect(numbers(evicted)).toEqual([2]);
  });

  /** An encoder that takes its next step when `wait` others have come in. @returns whether it was let in. */
  function encoderIn(crowd: (arrival: number) => Stage, wait: number): boolean {
    const { evicted, come } = setUp({ maxConnections: 1e9, maxPending: 512, maxPendingPerAddress: 128 });
    const arrive = (count: number): void => {
      for (let i = 0; i < count; i++) come("a", () => crowd(i));
    };
    arrive(1000);
    let stage: Stage = "silent";
    const place = come("a", () => stage);
    const before = evicted.length;
    arrive(20); // until what it sent at once has been read
    for (const next of ["handshake", "connecting", "connected"] as const) {
      stage = next;
      arrive(wait);
    }
    place?.accepted();
    return !numbers(evicted.slice(before)).includes(1001);
  }

  test.for<[string, (arrival: number) => Stage, number]>([
    ["only opens connections", () => "silent", 10_000],
    ["sits in half-done handshakes, or opens connections", (i) => (i % 3 === 0 ? "handshake" : "silent"), 60],
    ["has connected and stays", () => "connected", 25],
  ])("is not a slow encoder at the address of a crowd that %s", ([, crowd, wait]) => {
    expect(encoderIn(crowd, wait)).toBe(true);
  });

  test("is in turn each of a crowd that has come far", () => {
    const { evicted, come } = setUp({ maxConnections: 1000, maxPending: 1000, maxPendingPerAddress: 100 });
    for (let i = 0; i < 100; i++) come("a", () => "connected");
    for (let i = 0; i < 24; i++) come("a");
    expect(numbers(evicted)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    come("a");
    come("a"); // the silent ones have their quarter now
    expect(numbers(evicted).slice(24)).toEqual([25, 101]);
  });
});

test.for<[Parameters<typeof stageOf>[0], number, Stage]>([
  ["handshake", 0, "silent"],
  ["handshake", 1536, "silent"],
  ["handshake", 1537, "handshake"],
  ["connecting", 3073, "connecting"],
  ["connected", 3400, "connected"],
  ["publishing", 5000, "connected"],
  ["closing", 3400, "silent"],
])("a session that is %s after %i bytes is %s", ([state, bytes, stage]) => {
  expect(stageOf(state, bytes)).toBe(stage);
});
