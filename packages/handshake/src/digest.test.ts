import { equalBytes, fromHex, toHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { analyseC1, analysePacket, analyseS1 } from "./digest.js";
import { signC2, signS2 } from "./signature.js";
import { naiveDigest, naiveFind, naiveIsSigned, naiveOffset, nodeHmac, noise, packetWith } from "./vectors/naive.js";
import * as recorded from "./vectors/recorded.js";

/** Four bytes with this sum. */
const OFFSET_BYTES: Record<number, number[]> = {
  0: [0, 0, 0, 0],
  1: [0, 0, 0, 1],
  727: [255, 217, 0, 255],
  728: [255, 218, 255, 0],
  1020: [255, 255, 255, 255],
};

describe("the digest's position", () => {
  test.for([
    [0, 0, 776],
    [0, 1, 777],
    [0, 727, 1503],
    [0, 728, 776],
    [0, 1020, 1068],
    [1, 0, 12],
    [1, 1, 13],
    [1, 727, 739],
    [1, 728, 12],
    [1, 1020, 304],
  ] as const)("schema %s, sum %s: %s", ([schema, sum, offset]) => {
    for (const sender of ["client", "server"] as const) {
      const packet = packetWith(sender, schema, OFFSET_BYTES[sum] ?? []);
      expect(analysePacket(packet, sender).digest).toMatchObject({ schema, offset });
      expect(analysePacket(packet, sender === "client" ? "server" : "client").digest).toBeUndefined();
    }
  });
});

describe("the public key's position", () => {
  test.for([
    [0, [0, 0, 0, 0], 8],
    [0, [255, 255, 121, 0], 639],
    [0, [255, 255, 122, 0], 8],
    [1, [0, 0, 0, 0], 772],
    [1, [255, 255, 121, 0], 1403],
    [1, [255, 255, 255, 255], 772 + (1020 % 632)],
  ] as const)("schema %s, offset bytes %s: %s", ([schema, bytes, position]) => {
    const packet = packetWith("client", schema, [1, 2, 3, 4]);
    packet.set(bytes, schema === 0 ? 768 : 1532);
    const offset = naiveOffset(packet, schema);
    packet.set(naiveDigest(packet, offset, "client"), offset); // which covers the bytes just changed
    const publicKey = analyseC1(packet).digest?.publicKey;
    expect(publicKey && toHex(publicKey)).toBe(toHex(packet.subarray(position, position + 128)));
  });
});

describe("recorded packets", () => {
  const { FLASH_C0C1, SRS_C0C1, SRS_S0S1S2, FFMPEG_C0C1, NGINX_S0S1S2, OBS_C0C1 } = recorded;
  test.for([
    ["C1 of Flash Player", "client", FLASH_C0C1, 1_008_848, "80000702", 0, 1239, "6c969f26ebdc61c4"],
    ["C1 of a Flash client", "client", SRS_C0C1, 18_151_246, "80000702", 0, 1005, "7dc7ca2da522a7ed"],
    [
      "S1 of the server that SRS tests with",
      "server",
      SRS_S0S1S2,
      2_890_148_179,
      "04050001",
      0,
      1140,
      "fe98f3b4ff3f2edb",
    ],
    ["C1 of FFmpeg", "client", FFMPEG_C0C1, 0, "09007c02", 1, 494, "650bfb9b65f953d8"],
    ["S1 of nginx-rtmp", "server", NGINX_S0S1S2, 916_845, "0d0e0a0d", 1, 691, "f7b79cea13752bc4"],
  ] as const)("%s", ([, sender, wire, time, version, schema, offset, digest]) => {
    for (const hmac of [undefined, nodeHmac]) {
      const analysis = analysePacket(wire.subarray(1, 1537), sender, hmac);
      expect([analysis.time, toHex(analysis.version)]).toEqual([time, version]);
      expect(analysis.digest).toMatchObject({ schema, offset });
      expect(toHex(analysis.digest?.digest ?? new Uint8Array(0))).toMatch(new RegExp(`^${digest}[0-9a-f]{48}$`));
    }
  });

  test("the public key of Flash Player's C1", () => {
    const key = analyseC1(FLASH_C0C1.subarray(1)).digest?.publicKey ?? new Uint8Array(0);
    expect([key.length, toHex(key.subarray(0, 8))]).toEqual([128, "01c6bae4b8d5bd7b"]);
  });

  test("C1 of OBS has no digest", () => {
    expect(analyseC1(OBS_C0C1.subarray(1))).toEqual({ time: 760_316, version: new Uint8Array(4) });
  });

  test.for([
    ["S2 of the server that SRS tests with", "server", SRS_S0S1S2.subarray(1537), SRS_C0C1],
    ["S2 of nginx-rtmp", "server", NGINX_S0S1S2.subarray(1537), FFMPEG_C0C1],
    ["C2 of a Flash client", "client", recorded.SRS_C2, SRS_S0S1S2],
    ["C2 of FFmpeg as a player", "client", recorded.FFMPEG_PLAY_C2, NGINX_S0S1S2],
  ] as const)("%s is signed", ([, signer, packet, peer]) => {
    const peerPacket = peer.subarray(1, 1537);
    const digest = (signer === "server" ? analyseC1(peerPacket) : analyseS1(peerPacket)).digest?.digest;
    const sign = signer === "server" ? signS2 : signC2;
    if (digest === undefined) throw new Error("no digest");
    expect(equalBytes(sign(digest, packet.subarray(0, 1504)).signature, packet.subarray(1504))).toBe(true);
  });
});

describe("signatures", () => {
  const first1504 = Uint8Array.from({ length: 1504 }, (_, i) => (7 * i + 3) & 255);
  const digest = fromHex("6c969f26ebdc61c48fd32b81866c9cc2b1b5bca6d6d61dce9378b3eca8641913");

  // Computed with the formulas of nginx-rtmp and SRS over the digest of Flash Player's C1.
  test.for([
    [
      "S2",
      signS2,
      "29b871b6d8dd56851d65a7d09127a0f00b078619be27f564fbd47e17ae2c12bb",
      "c2ad02aa8cb16fcb83c733d1a23f012c9f06df91e3f51f31689ef4724f6f4fc7",
    ],
    [
      "C2",
      signC2,
      "ab3b90e2bde276221903ea18355ef4440716dc366f181340fd0a05d7af917c52",
      "a6dc5dfea07ed224d712030a2049189837b09ae9a331e6834c24f0ccdaaefe83",
    ],
  ] as const)("%s", ([, sign, tempKey, signature]) => {
    for (const hmac of [undefined, nodeHmac]) {
      const signed = sign(digest, first1504, hmac);
      expect([toHex(signed.tempKey), toHex(signed.signature)]).toEqual([tempKey, signature]);
    }
  });

  test("the naive twin agrees with the recordings", () => {
    const s1 = naiveFind(recorded.NGINX_S0S1S2.subarray(1, 1537), "server");
    expect(s1).toMatchObject({ schema: 1, offset: 691 });
    expect(naiveIsSigned(recorded.FFMPEG_PLAY_C2, "client", s1?.digest ?? new Uint8Array(32))).toBe(true);
    expect(naiveIsSigned(recorded.FFMPEG_PLAY_C2, "server", s1?.digest ?? new Uint8Array(32))).toBe(false);
  });

  test("lengths that do not fit are the caller's mistake", () => {
    expect(() => signS2(digest.subarray(1), first1504)).toThrow(RangeError);
    expect(() => signC2(digest, new Uint8Array(1536))).toThrow(RangeError);
    for (const length of [0, 1535, 1537]) expect(() => analyseC1(new Uint8Array(length))).toThrow(RangeError);
    expect(() => analyseC1(new Uint8Array(1536), () => new Uint8Array(20))).toThrow(TypeError);
  });
});

test("what an analysis holds is a copy", () => {
  const packet = packetWith("client", 1, [9, 9, 9, 9]);
  const analysis = analyseC1(packet);
  const before = JSON.stringify(analysis);
  packet.fill(0);
  expect(JSON.stringify(analysis)).toBe(before);
});

test("a packet of noise has no digest", () => {
  for (let i = 0; i < 20; i++) expect(analyseC1(noise(1536, `plain ${i}`), nodeHmac).digest).toBeUndefined();
});
