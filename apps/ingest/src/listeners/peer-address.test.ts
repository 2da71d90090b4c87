import { expect, test } from "vitest";
import { addressGroup, peerLabel } from "./peer-address.js";

test.for([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::FFFF:c000:207", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002::ffff", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["64:ff9b::192.0.2.7", "64:ff9b:0:0::/64"],
] as const)("%s counts in %s", ([address, group]) => expect(addressGroup(address)).toBe(group));

test("peers are named with their port", () => {
  expect(peerLabel("127.0.0.1", 4000)).toBe("127.0.0.1:4000");
  expect(peerLabel("::1", 4000)).toBe("[::1]:4000");
  expect(peerLabel("::ffff:10.0.0.1", 4000)).toBe("10.0.0.1:4000");
  expect(peerLabel(undefined, undefined)).toBe("unknown");
});
