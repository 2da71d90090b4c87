import { describe, expect, test } from "vitest";
import { MAX_PROXY_HEADER, ProxyHeaderError, parseProxyHeader } from "./proxy-header.js";

const text = (line: string): Uint8Array => new TextEncoder().encode(line);
const SIGNATURE = "0d0a0d0a000d0a515549540a";
const hex = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits.replaceAll(" ", ""), "hex"));

const headers = [
  ["TCP4", text("PROXY TCP4 192.0.2.1 198.51.100.7 56324 1935\r\n"), { address: "192.0.2.1", port: 56_324 }],
  ["TCP6", text("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n"), { address: "2001:db8::1", port: 1 }],
  ["UNKNOWN", text("PROXY UNKNOWN\r\n"), undefined],
  ["UNKNOWN with more", text("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"), undefined],
  ["binary TCP4", hex(`${SIGNATURE} 21 11 000c c0000201 c6336407 dc04 078f`), { address: "192.0.2.1", port: 56_324 }],
  [
    "binary TCP6",
    hex(`${SIGNATURE} 21 21 0024 20010db8000000000000000000000001 00000000000000000000000000000001 0001 ffff`),
    { address: "2001:db8:0:0:0:0:0:1", port: 1 },
  ],
  [
    "binary TCP4 with more",
    hex(`${SIGNATURE} 21 11 0010 c0000201 c6336407 dc04 078f 04000100`),
    { address: "192.0.2.1", port: 56_324 },
  ],
  ["a health check", hex(`${SIGNATURE} 20 00 0000`), undefined],
  ["a health check with addresses", hex(`${SIGNATURE} 20 11 000c c0000201 c6336407 dc04 078f`), undefined],
  ["an unspecified family", hex(`${SIGNATURE} 21 00 0002 0000`), undefined],
  ["a Unix socket", hex(`${SIGNATURE} 21 31 00d8 ${"00".repeat(216)}`), undefined],
  ["the longest", hex(`${SIGNATURE} 21 00 1000 ${"00".repeat(4096)}`), undefined],
] as const;

describe.for(headers)("%s", ([, header, source]) => {
  const whole = source === undefined ? { length: header.length } : { length: header.length, source };

  test("is read", () => expect(parseProxyHeader(header)).toEqual(whole));
  test("waits for its last byte, whatever is there", () => {
    for (let length = 0; length < header.length; length++) {
      expect(parseProxyHeader(header.subarray(0, length))).toBeUndefined();
    }
  });
  test("leaves what follows to the client", () => {
    const more = Uint8Array.of(...header, 3, 0x0a, 0x0d, 0x0a);
    expect(parseProxyHeader(more)).toEqual(whole);
  });
});

test.for([
  ["an RTMP handshake", hex("03")],
  ["TLS", hex("1603")],
  ["HTTP", text("GET /")],
  ["a lower-case word", text("proxy")],
  ["a wrong signature", hex("0d0a0d0a010d0a515549540a")],
  ["no family", text("PROXY  \r\n")],
  ["an unknown family", text("PROXY TCP5 1.1.1.1 1.1.1.1 1 1\r\n")],
  ["IPv6 under TCP4", text("PROXY TCP4 ::1 ::1 1 1\r\n")],
  ["IPv4 under TCP6", text("PROXY TCP6 1.1.1.1 1.1.1.1 1 1\r\n")],
  ["a name", text("PROXY TCP4 localhost 1.1.1.1 1 1\r\n")],
  ["a part too few", text("PROXY TCP4 1.1.1.1 1.1.1.1 1\r\n")],
  ["a part too many", text("PROXY TCP4 1.1.1.1 1.1.1.1 1 1 \r\n")],
  ["a large port", text("PROXY TCP4 1.1.1.1 1.1.1.1 65536 1\r\n")],
  ["a signed port", text("PROXY TCP4 1.1.1.1 1.1.1.1 1 +1\r\n")],
  ["a port with zeros in front", text("PROXY TCP4 1.1.1.1 1.1.1.1 01 1\r\n")],
  ["a bare line feed", text("PROXY TCP4 1.1.1.1 1.1.1.1 1 1\n")],
  ["no end within 107 bytes", text(`PROXY UNKNOWN ${"x".repeat(93)}`)],
  ["an end behind 107 bytes", text(`PROXY UNKNOWN ${"x".repeat(93)}\r\n`)],
  ["version 1 in binary", hex(`${SIGNATURE} 11`)],
  ["a command that is none", hex(`${SIGNATURE} 22`)],
  ["a datagram", hex(`${SIGNATURE} 21 12`)],
  ["a family that is none", hex(`${SIGNATURE} 21 41`)],
  ["no room for the addresses", hex(`${SIGNATURE} 21 11 000b`)],
  ["a length beyond the bound", hex(`${SIGNATURE} 21 00 1001`)],
  ["the largest length", hex(`${SIGNATURE} 20 00 ffff`)],
] as const)("%s is refused", ([, bytes]) => expect(() => parseProxyHeader(bytes)).toThrow(ProxyHeaderError));

test("the longest line is taken", () => {
  const line = text(`PROXY UNKNOWN ${"x".repeat(91)}\r\n`);
  expect(line.length).toBe(107);
  expect(parseProxyHeader(line)).toEqual({ length: 107 });
  expect(MAX_PROXY_HEADER).toBe(4112);
});
