import { expect, test } from "vitest";
import { FailureLimiter } from "./failure-limiter.js";

function limiter(limits: { max?: number; addresses?: number } = {}) {
  let now = 1000;
  const failures = new FailureLimiter({ max: 3, windowMs: 100, blockMs: 500, addresses: 10, ...limits }, () => now);
  const fail = (address: string, times: number): void => {
    for (let i = 0; i < times; i++) failures.failed(address);
  };
  return { failures, fail, pass: (ms: number) => (now += ms) };
}

test("an address is blocked with the last failure that it has, and for a time", () => {
  const { failures, fail, pass } = limiter();
  fail("192.0.2.1", 2);
  expect(failures.blockedMs("192.0.2.1")).toBe(0);
  fail("192.0.2.1", 1);
  expect(failures.blockedMs("192.0.2.1")).toBe(500);
  pass(499);
  expect(failures.blockedMs("192.0.2.1")).toBe(1);
  pass(1);
  expect(failures.blockedMs("192.0.2.1")).toBe(0);
  fail("192.0.2.1", 2); // it begins anew
  expect(failures.blockedMs("192.0.2.1")).toBe(0);
});

test("failures count for the length of the window, wherever it begins", () => {
  const { failures, fail, pass } = limiter();
  fail("192.0.2.1", 1);
  pass(60);
  fail("192.0.2.1", 1);
  pass(60);
  fail("192.0.2.1", 1); // the first is out
  expect(failures.blockedMs("192.0.2.1")).toBe(0);
  pass(30);
  fail("192.0.2.1", 1); // three within 90 ms
  expect(failures.blockedMs("192.0.2.1")).toBe(500);
});

test("others are not touched; a /64 of IPv6 is one", () => {
  const { failures, fail } = limiter();
  fail("2001:db8::1", 1);
  fail("2001:db8::2", 2);
  expect(failures.blockedMs("2001:db8::ffff")).toBe(500);
  expect(failures.blockedMs("2001:db8:0:1::1")).toBe(0);
  expect(failures.blockedMs("192.0.2.1")).toBe(0);
});

test("no more addresses are remembered than were asked for", () => {
  const { failures, fail } = limiter({ addresses: 2 });
  fail("192.0.2.1", 3);
  fail("192.0.2.2", 3);
  fail("192.0.2.3", 1);
  expect([1, 2, 3].map((host) => failures.blockedMs(`192.0.2.${host}`))).toEqual([0, 500, 0]);
});

test("0 sets no limit", () => {
  const { failures, fail } = limiter({ max: 0 });
  fail("192.0.2.1", 100);
  expect(failures.blockedMs("192.0.2.1")).toBe(0);
});
