import { expect, test } from "vitest";
import { parseNetwork, TrustedProxies } from "./trusted-proxies.js";

test.for([
  ["10.0.0.0/8", { address: "10.0.0.0", prefix: 8, family: "ipv4" }],
  ["192.0.2.1", { address: "192.0.2.1", prefix: 32, family: "ipv4" }],
  ["0.0.0.0/0", { address: "0.0.0.0", prefix: 0, family: "ipv4" }],
  ["2001:db8::/32", { address: "2001:db8::", prefix: 32, family: "ipv6" }],
  ["::1", { address: "::1", prefix: 128, family: "ipv6" }],
  ["10.0.0.0/33", undefined],
  ["::/129", undefined],
  ["10.0.0/8", undefined],
  ["10.0.0.1/", undefined],
  ["balancer", undefined],
  ["", undefined],
] as const)("network %s", ([text, network]) => expect(parseNetwork(text)).toEqual(network));

test.for([
  ["10.1.2.3", true],
  ["11.1.2.3", false],
  ["::ffff:10.1.2.3", true],
  ["::ffff:11.1.2.3", false],
  ["2001:db8:1::1", true],
  ["2001:db9::1", false],
  ["fe80::1%eth0", true],
  ["", false],
  ["unknown", false],
] as const)("%s is trusted: %s", ([address, trusted]) => {
  expect(new TrustedProxies(["10.0.0.0/8", "2001:db8::/32", "fe80::1"]).has(address)).toBe(trusted);
});

test("nobody is trusted by default", () => expect(new TrustedProxies([]).has("127.0.0.1")).toBe(false));
