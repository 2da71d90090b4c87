import { createHash } from "node:crypto";
import { encodeUtf8, toHex } from "@rtmp/bytes-util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeBase64 } from "./base64.js";
import { md5 } from "./md5.js";

test.for([
  ["", "d41d8cd98f00b204e9800998ecf8427e"],
  ["a", "0cc175b9c0f1b6a831c399e269772661"],
  ["abc", "900150983cd24fb0d6963f7d28e17f72"],
  ["message digest", "f96b697d7cb7938d525a2f31aaf161d0"],
  ["abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"],
  ["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"],
  ["1234567890".repeat(8), "57edf4a22be3c955ac49da2e2107b67a"],
] as const)("RFC 1321, A.5: MD5 of '%s'", ([text, digest]) => {
  expect(toHex(md5(encodeUtf8(text)))).toBe(digest);
});

test("every length about a block, and any bytes, hash as Node hashes them", () => {
  for (let length = 50; length < 140; length++) {
    const bytes = new Uint8Array(length).map((_, i) => i * 7);
    expect(toHex(md5(bytes))).toBe(createHash("md5").update(bytes).digest("hex"));
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(toHex(md5(bytes))).toBe(createHash("md5").update(bytes).digest("hex"));
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
    }),
  );
});
