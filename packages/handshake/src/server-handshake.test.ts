import { concatBytes, encodeUtf8, fromHex, toHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { HandshakeError } from "./errors.js";
import { ServerHandshake } from "./server-handshake.js";
import { naiveFind, naiveIsSigned, nodeHmac, noise, packetWith } from "./vectors/naive.js";
import * as recorded from "./vectors/recorded.js";

const random = (target: Uint8Array) => target.set(noise(target.length, "server"));
const server = (options: object = {}) => new ServerHandshake({ random, hmacSha256: nodeHmac, ...options });
const NOTHING = new Uint8Array(0);

describe("ServerHandshake, simple", () => {
  const c1 = recorded.OBS_C0C1.subarray(1);

  test("answers S0 S1 S2 in one piece once C0 and C1 are there", () => {
    const handshake = server({ time: 0x01020304 });
    handshake.push(recorded.OBS_C0C1.subarray(0, 1536));
    expect([handshake.takeOutput(), handshake.mode]).toEqual([undefined, undefined]);
    handshake.push(recorded.OBS_C0C1.subarray(1536));
    const output = handshake.takeOutput() ?? NOTHING;
    expect([output.length, handshake.mode, handshake.done]).toEqual([3073, "simple", false]);
    expect(toHex(output.subarray(0, 9))).toBe("030102030400000000"); // zero version: no digest is promised
    expect(output.subarray(9, 1537)).toEqual(noise(1528, "server"));
    expect(toHex(output.subarray(1537, 1545))).toBe(`${toHex(c1.subarray(0, 4))}01020304`);
    expect(output.subarray(1545)).toEqual(c1.subarray(8));
    expect(handshake.takeOutput()).toBeUndefined();
  });

  test("S2 is an exact copy of C1 by default, which librtmp checks", () => {
    const handshake = server();
    handshake.push(recorded.OBS_C0C1);
    expect(handshake.takeOutput()?.subarray(1537)).toEqual(c1);
  });

  test("works without randomness", () => {
    const handshake = server({ random: () => {} });
    handshake.push(recorded.OBS_C0C1);
    expect(handshake.takeOutput()?.subarray(0, 1537)).toEqual(concatBytes([Uint8Array.of(3), new Uint8Array(1536)]));
  });
});

describe("ServerHandshake, digest", () => {
  test("is not looked for in a C1 without a version", () => {
    const c1 = packetWith("client", 1, [1, 2, 3, 4], [0, 0, 0, 0]);
    const handshake = server({
      hmacSha256: () => {
        throw new Error("asked for an HMAC");
      },
    });
    handshake.push(concatBytes([Uint8Array.of(3), c1]));
    expect(handshake.mode).toBe("simple");
    expect(handshake.takeOutput()?.subarray(1537 + 8)).toEqual(c1.subarray(8));
  });

  test.for([
    ["Flash Player", recorded.FLASH_C0C1, 0],
    ["a Flash client of SRS", recorded.SRS_C0C1, 0],
    ["FFmpeg", recorded.FFMPEG_C0C1, 1],
  ] as const)("answers %s with its schema and a signed S2", ([, c0c1, schema]) => {
    for (const hmacSha256 of [nodeHmac, undefined]) {
      const handshake = new ServerHandshake({ random, time: 77, ...(hmacSha256 && { hmacSha256 }) });
      handshake.push(c0c1);
      const output = handshake.takeOutput() ?? NOTHING;
      expect([output.length, output[0], handshake.mode]).toEqual([3073, 3, "digest"]);
      expect(toHex(output.subarray(1, 9))).toBe("0000004d04050001");
      expect(toHex(output.subarray(1537, 1545))).toBe(`${toHex(c0c1.subarray(1, 5))}0000004d`);
      expect(naiveFind(output.subarray(1, 1537), "server")).toMatchObject({ schema });
      const digest = naiveFind(c0c1.subarray(1), "client")?.digest ?? NOTHING;
      expect(naiveIsSigned(output.subarray(1537), "server", digest)).toBe(true);
    }
  });

  test.for([
    ["schema 0", recorded.FLASH_C0C1],
    ["schema 1", recorded.FFMPEG_C0C1],
  ] as const)("any one flipped bit of C1 makes it simple, and not an error: %s", ([, c0c1]) => {
    for (let bit = 8; bit < 8 * 1537; bit += 5) {
      // touches every byte, and all places in a byte
      const flipped = c0c1.slice();
      const at = bit >> 3;
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit & 7));
      const handshake = server({ random: () => {} });
      handshake.push(flipped);
      const output = handshake.takeOutput() ?? NOTHING;
      const promised = output[5] !== 0; // the first byte of the S1 version
      if (handshake.mode !== "simple" || output.length !== 3073 || promised) throw new Error(`bit ${bit} of C0 and C1`);
    }
  });

  test("can be told to answer simply", () => {
    const handshake = server({ digest: false });
    handshake.push(recorded.FFMPEG_C0C1);
    expect([handshake.mode, handshake.takeOutput()?.length]).toEqual(["simple", 3073]);
  });
});

describe("ServerHandshake, the end", () => {
  test.for([
    ["FFmpeg, publishing", recorded.FFMPEG_C0C1, undefined, recorded.FFMPEG_FIRST_CHUNK],
    ["FFmpeg, playing", recorded.FFMPEG_C0C1, recorded.FFMPEG_PLAY_C2, recorded.FFMPEG_FIRST_CHUNK],
    ["OBS", recorded.OBS_C0C1, undefined, recorded.OBS_FIRST_CHUNK],
    ["a Flash client", recorded.SRS_C0C1, recorded.SRS_C2, NOTHING],
  ] as const)("%s: C2 and the first chunk in one read", ([, c0c1, c2, chunk]) => {
    const handshake = server();
    handshake.push(c0c1);
    const s1 = handshake.takeOutput()?.subarray(1, 1537) ?? NOTHING;
    handshake.push(concatBytes([c2 ?? s1, chunk])); // without a C2 of their own they send S1 back
    expect([handshake.done, handshake.bytesReceived]).toEqual([true, 3073 + chunk.length]);
    expect(handshake.takeRest()).toEqual(Uint8Array.from(chunk));
    expect(handshake.takeRest()).toEqual(NOTHING);
    expect(() => handshake.end()).not.toThrow();
  });

  test("needs 1536 bytes of C2, whatever they are, and not one more", () => {
    const handshake = server();
    handshake.push(recorded.FFMPEG_C0C1);
    handshake.push(new Uint8Array(1535));
    expect(handshake.done).toBe(false);
    handshake.push(new Uint8Array(1));
    expect([handshake.done, handshake.takeRest().length]).toEqual([true, 0]);
  });

  test("C0, C1, C2 and chunks in one read", () => {
    const handshake = server();
    handshake.push(concatBytes([recorded.OBS_C0C1, new Uint8Array(1536), fromHex("c3c4")]));
    expect([handshake.done, handshake.takeOutput()?.length]).toEqual([true, 3073]);
    expect(handshake.takeRest()).toEqual(fromHex("c3c4"));
  });

  test("bytes pushed afterwards go to the rest, in order", () => {
    const handshake = server();
    handshake.push(concatBytes([recorded.OBS_C0C1, new Uint8Array(1536), fromHex("01")]));
    const reused = fromHex("0203");
    handshake.push(reused);
    const large = new Uint8Array(5000).fill(4);
    handshake.push(large);
    reused.fill(9);
    large.fill(9);
    expect(handshake.takeRest()).toEqual(concatBytes([fromHex("010203"), new Uint8Array(5000).fill(4)]));
    handshake.push(fromHex("05"));
    expect(handshake.takeRest()).toEqual(fromHex("05"));
  });

  test.for([0, 1, 9, 773, 1536, 1537, 1538, 3072])(
    "the peer's close after %s bytes is an error, and stays one",
    (length) => {
      const handshake = server();
      handshake.push(concatBytes([recorded.OBS_C0C1, new Uint8Array(1536)]).subarray(0, length));
      const expected = expect.objectContaining({ code: "unexpected-eof", context: { offset: length } });
      expect(() => handshake.end()).toThrow(expected);
      expect(() => handshake.push(new Uint8Array(1))).toThrow(expected);
      expect(() => handshake.end()).toThrow(HandshakeError);
      expect(handshake.done).toBe(false);
    },
  );
});

describe("ServerHandshake, C0", () => {
  const http = ["GET", "POST", "PUT", "PATCH", "PRI", "HEAD", "HTTP", "OPTIONS", "DELETE", "CONNECT", "TRACE"];
  const refused: [first: number, code: string][] = [
    ...http.map((word): [number, string] => [word.charCodeAt(0), "http-probe"]),
    [0x16, "tls-probe"],
    [6, "rtmpe-unsupported"],
    [8, "rtmpe-unsupported"],
    ...[0, 1, 2, 4, 5, 7, 9, 0x15, 31, 32, 0x53, 0x67, 0x80, 255].map((v): [number, string] => [v, "bad-version"]),
  ];

  test.for(refused)("0x%i alone is refused as %s", ([version, code]) => {
    const handshake = server();
    const expected = expect.objectContaining({ name: "HandshakeError", code, context: { offset: 0, version } });
    expect(() => handshake.push(Uint8Array.of(version))).toThrow(expected);
    expect(() => handshake.push(recorded.OBS_C0C1)).toThrow(expected);
    expect(() => handshake.end()).toThrow(expected);
    expect([handshake.takeOutput(), handshake.done, handshake.mode]).toEqual([undefined, false, undefined]);
    expect(() => server().push(concatBytes([Uint8Array.of(version), new Uint8Array(1600)]))).toThrow(expected);
  });

  test("every value but 3 is refused", () => {
    for (let version = 0; version < 256; version++) {
      if (version === 3) continue;
      expect(() => server().push(Uint8Array.of(version))).toThrow(HandshakeError);
    }
    expect(() => server().push(Uint8Array.of(3))).not.toThrow();
  });

  test.for([
    ["an HTTP request", encodeUtf8("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), /HTTP on an RTMP connection.*0x47/],
    ["a TLS ClientHello", fromHex("16030100c8010000c40303"), /TLS on a plain RTMP connection.*0x16/],
    ["RTMPE", fromHex("0600000000800003020000"), /encrypted RTMP.*0x06/],
    ["SSH", encodeUtf8("SSH-2.0-OpenSSH_9.2\r\n"), /not RTMP.*0x53/],
  ] as const)("%s is named in the message", ([, bytes, message]) => {
    expect(() => server().push(bytes)).toThrow(message);
  });
});

test.for([-1, 2 ** 32, 0.5, Number.NaN])("a time of %s is the caller's mistake", (time) => {
  expect(() => server({ time })).toThrow(RangeError);
});

test("an error of the caller's own functions passes through, and stays", () => {
  const broken = server({
    random: () => {
      throw new Error("no entropy");
    },
  });
  expect(() => broken.push(recorded.OBS_C0C1)).toThrow("no entropy");
  expect(() => broken.push(new Uint8Array(1536))).toThrow("no entropy");
  expect(broken.done).toBe(false);
  expect(() => server({ hmacSha256: () => new Uint8Array(64) }).push(recorded.FFMPEG_C0C1)).toThrow(TypeError);
});
