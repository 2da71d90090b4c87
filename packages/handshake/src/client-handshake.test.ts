import { concatBytes, toHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { ClientHandshake, type ClientHandshakeOptions } from "./client-handshake.js";
import { analyseC1 } from "./digest.js";
import { HandshakeError } from "./errors.js";
import { ServerHandshake } from "./server-handshake.js";
import { naiveFind, naiveIsSigned, nodeHmac, noise, packetWith } from "./vectors/naive.js";
import * as recorded from "./vectors/recorded.js";

const random = (target: Uint8Array) => target.set(noise(target.length, "client"));
const client = (options: Partial<ClientHandshakeOptions> = {}) =>
  new ClientHandshake({ random, hmacSha256: nodeHmac, ...options });
const NOTHING = new Uint8Array(0);
const CHUNK = Uint8Array.of(2, 0, 0, 0);

describe("ClientHandshake, C0 and C1", () => {
  test("simple: zero version, our time, noise", () => {
    const handshake = client({ time: 0xfffefdfc });
    const hello = handshake.takeOutput() ?? NOTHING;
    expect(toHex(hello.subarray(0, 9))).toBe("03fffefdfc00000000");
    expect(hello.subarray(9)).toEqual(noise(1528, "client"));
    expect([handshake.takeOutput(), handshake.mode, handshake.done]).toEqual([undefined, undefined, false]);
  });

  test.for([0, 1] as const)("digest: a valid one of schema %s", (schema) => {
    const hello = client({ mode: "digest", schema }).takeOutput() ?? NOTHING;
    expect(toHex(hello.subarray(0, 9))).toBe("030000000080000702");
    expect(naiveFind(hello.subarray(1), "client")).toMatchObject({ schema });
  });

  test("digest: schema 1 by default, the same with the built-in HMAC", () => {
    const hello = new ClientHandshake({ random, mode: "digest" }).takeOutput() ?? NOTHING;
    expect(analyseC1(hello.subarray(1)).digest?.schema).toBe(1);
    expect(hello).toEqual(client({ mode: "digest" }).takeOutput());
  });
});

describe("ClientHandshake and ServerHandshake", () => {
  const matrix = ([undefined, nodeHmac] as const).flatMap((hmacSha256) =>
    ([true, false] as const).flatMap((digest) =>
      ([true, false] as const).flatMap((verify) =>
        (["simple", "digest 0", "digest 1"] as const).map((c1) => ({ c1, digest, verify, hmacSha256 })),
      ),
    ),
  );

  test.for(matrix)("C1 $c1, server with digests $digest, verify $verify", ({ c1, digest, verify, hmacSha256 }) => {
    const hmac = hmacSha256 && { hmacSha256 };
    const [mode, schema] = c1.split(" ");
    const a = new ClientHandshake({
      random,
      verify,
      time: 5,
      ...(mode === "digest" && { mode, schema: schema === "0" ? 0 : 1 }),
      ...hmac,
    });
    const b = new ServerHandshake({ random: (t) => t.fill(7), digest, time: 9, ...hmac });
    const expected = mode === "digest" && digest ? "digest" : "simple";

    b.push(a.takeOutput() ?? NOTHING);
    const answer = b.takeOutput() ?? NOTHING;
    a.push(concatBytes([answer, CHUNK]));
    const c2 = a.takeOutput() ?? NOTHING;
    b.push(concatBytes([c2, CHUNK, CHUNK]));
    expect([a.done, a.mode, b.done, b.mode]).toEqual([true, expected, true, expected]);
    expect([a.takeRest(), b.takeRest()]).toEqual([CHUNK, concatBytes([CHUNK, CHUNK])]);
    expect([a.bytesReceived, b.bytesReceived]).toEqual([3077, 3081]);
    expect([a.takeOutput(), b.takeOutput()]).toEqual([undefined, undefined]);

    const s1 = answer.subarray(1, 1537);
    if (expected === "digest")
      expect(naiveIsSigned(c2, "client", naiveFind(s1, "server")?.digest ?? NOTHING)).toBe(true);
    else expect(c2).toEqual(concatBytes([s1.subarray(0, 4), Uint8Array.of(0, 0, 0, 5), s1.subarray(8)]));
  });

  test("C2 is ready as soon as S1 is there, for servers that wait for it", () => {
    const a = client({ mode: "digest", verify: true });
    const b = new ServerHandshake({ random, hmacSha256: nodeHmac });
    b.push(a.takeOutput() ?? NOTHING);
    const answer = b.takeOutput() ?? NOTHING;
    a.push(answer.subarray(0, 1537));
    expect([a.takeOutput()?.length, a.mode, a.done]).toEqual([1536, "digest", false]);
    a.push(answer.subarray(1537));
    expect([a.takeOutput(), a.done]).toEqual([undefined, true]);
  });

  test("output that was not taken in time comes in one piece", () => {
    const a = client();
    a.push(recorded.NGINX_S0S1S2);
    expect(a.takeOutput()?.length).toBe(1537 + 1536);
  });
});

describe("ClientHandshake and recorded servers", () => {
  /** A client whose C1 is the recorded one of a simple handshake. */
  const replay = (c0c1: Uint8Array, verify: boolean) => {
    const time = new DataView(c0c1.buffer).getUint32(1);
    return client({ random: (t) => t.set(c0c1.subarray(9, 9 + t.length)), time, verify });
  };

  test.for([true, false])("nginx-rtmp echoing C1 as S1 and S2, verify %s", (verify) => {
    const c1 = recorded.OBS_C0C1.subarray(1);
    const handshake = replay(recorded.OBS_C0C1, verify);
    expect(handshake.takeOutput()).toEqual(recorded.OBS_C0C1);
    handshake.push(concatBytes([recorded.OBS_C0C1, c1, CHUNK]));
    expect([handshake.done, handshake.mode, handshake.takeRest()]).toEqual([true, "simple", CHUNK]);
    expect(handshake.takeOutput()?.subarray(8)).toEqual(c1.subarray(8));
  });

  test("a digest S1 that answers another C1: C2 is signed for it, S2 fails only when verified", () => {
    const lenient = client({ mode: "digest" });
    lenient.takeOutput();
    lenient.push(recorded.NGINX_S0S1S2);
    expect([lenient.done, lenient.mode]).toEqual([true, "digest"]);
    const digest = naiveFind(recorded.NGINX_S0S1S2.subarray(1, 1537), "server")?.digest ?? NOTHING;
    expect(naiveIsSigned(lenient.takeOutput() ?? NOTHING, "client", digest)).toBe(true);

    const strict = client({ mode: "digest", verify: true });
    const expected = expect.objectContaining({ code: "digest-mismatch", context: { offset: 1537 } });
    expect(() => strict.push(recorded.NGINX_S0S1S2)).toThrow(expected);
    expect(() => strict.push(NOTHING)).toThrow(expected);
    expect(() => strict.end()).toThrow(expected);
    expect(strict.done).toBe(false);
  });

  test("S1 of schema 0 is understood as well", () => {
    const handshake = client({ mode: "digest" });
    handshake.push(recorded.SRS_S0S1S2);
    expect(handshake.mode).toBe("digest");
  });
});

describe("ClientHandshake, verification", () => {
  const answerOf = (hello: Uint8Array, digest: boolean) => {
    const server = new ServerHandshake({ random, hmacSha256: nodeHmac, digest });
    server.push(hello);
    return server.takeOutput() ?? NOTHING;
  };
  const SIMPLE = "does not repeat the bytes of C1";
  const SIGNED = "is not signed with the digest of C1";

  test.for([
    ["simple", true, 1537, true, ""],
    ["simple", true, 1537 + 7, true, ""],
    ["simple", true, 1537 + 8, false, SIMPLE],
    ["simple", true, 3072, false, SIMPLE],
    ["digest", false, 1537 + 7, true, ""],
    ["digest", false, 1537 + 800, false, SIMPLE],
    ["digest", true, 1537, false, SIGNED],
    ["digest", true, 1537 + 1503, false, SIGNED],
    ["digest", true, 3072, false, SIGNED],
    // With its digest broken S1 is that of a simple handshake, whose S2 would have to be an echo.
    ["digest", true, 600, false, SIMPLE],
  ] as const)("C1 %s, server with digests %s, bit flipped at %s: accepted %s", ([mode, digest, at, accepted, why]) => {
    for (const verify of [true, false]) {
      const handshake = client({ mode, verify });
      const answer = answerOf(handshake.takeOutput() ?? NOTHING, digest);
      answer[at] = (answer[at] ?? 0) ^ 0x10;
      if (accepted || !verify) {
        handshake.push(answer);
        expect(handshake.done).toBe(true);
      } else {
        expect(() => handshake.push(answer)).toThrow(
          expect.objectContaining({ code: "digest-mismatch", message: `S2 ${why}` }),
        );
      }
    }
  });

  test("compares with what was sent, even if the caller changed the output since", () => {
    const handshake = client({ verify: true });
    const hello = handshake.takeOutput() ?? NOTHING;
    const answer = answerOf(hello, true);
    hello.fill(0);
    handshake.push(answer);
    expect(handshake.done).toBe(true);
  });

  test("a server that sends an S1 digest to a simple C1 is taken as simple", () => {
    const handshake = client();
    const s1 = packetWith("server", 1, [1, 1, 1, 1]);
    handshake.push(concatBytes([Uint8Array.of(3), s1, new Uint8Array(1536)]));
    expect([handshake.mode, handshake.takeOutput()?.subarray(1537 + 8)]).toEqual(["simple", s1.subarray(8)]);
  });
});

describe("ClientHandshake, S0", () => {
  test.for([
    [0x48, "http-probe"], // HTTP/1.1 400 Bad Request
    [0x15, "tls-probe"], // the alert of a TLS server
    [0x16, "tls-probe"],
    [6, "rtmpe-unsupported"],
    [0, "bad-version"],
    [4, "bad-version"],
  ] as const)("%s alone is refused as %s", ([version, code]) => {
    const handshake = client();
    expect(() => handshake.push(Uint8Array.of(version))).toThrow(expect.objectContaining({ code }));
    expect(() => handshake.push(recorded.NGINX_S0S1S2)).toThrow(HandshakeError);
  });

  test.for([0, 1, 1537, 3072])("the server's close after %s bytes is an error", (length) => {
    const handshake = client();
    handshake.push(recorded.NGINX_S0S1S2.subarray(0, length));
    expect(() => handshake.end()).toThrow(
      expect.objectContaining({ code: "unexpected-eof", context: { offset: length } }),
    );
  });
});
