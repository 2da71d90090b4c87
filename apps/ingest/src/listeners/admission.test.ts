import { describe, expect, test } from "vitest";
import { Admission, type AdmissionLimits, type Place } from "./admission.js";

function setUp(limits: Partial<AdmissionLimits> = {}) {
  const admission = new Admission({ maxConnections: 100, maxPending: 6, maxPendingPerAddress: 3, ...limits });
  const evicted: string[] = [];
  let count = 0;
  /** Comes in as `<address>#<number of arrival>`. */
  const come = (address: string): Place | undefined => {
    const name = `${address}#${++count}`;
    return admission.admit({ address, evict: () => evicted.push(name) });
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
