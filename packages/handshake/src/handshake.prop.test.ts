import { concatBytes, toHex } from "@rtmp/bytes-util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ClientHandshake } from "./client-handshake.js";
import { analysePacket } from "./digest.js";
import { HandshakeError } from "./errors.js";
import type { Handshake } from "./handshake.js";
import { ServerHandshake } from "./server-handshake.js";
import {
  naiveDigest,
  naiveFind,
  naiveIsSigned,
  naiveOffset,
  naiveServer,
  nodeHmac,
  noise,
  packetWith,
} from "./vectors/naive.js";
import * as recorded from "./vectors/recorded.js";

const random = (target: Uint8Array) => target.set(noise(target.length, "prop"));
const server = () => new ServerHandshake({ random, hmacSha256: nodeHmac });

/** Pushes a stream in pieces, as reads would bring it, and collects all that comes of it. */
function feed(handshake: Handshake, stream: Uint8Array, cuts: Iterable<number>) {
  const output: Uint8Array[] = [];
  const rest: Uint8Array[] = [];
  let error: string | undefined;
  let from = 0;
  let answeredAt: number | undefined;
  let doneAt: number | undefined;
  try {
    for (const to of [...cuts, stream.length]) {
      const piece = stream.slice(from, to);
      handshake.push(piece);
      piece.fill(0xee); // what is kept must be a copy
      from = to;
      const sent = handshake.takeOutput();
      if (sent !== undefined) output.push(sent);
      if (output.length > 0) answeredAt ??= to;
      if (handshake.done) doneAt ??= to;
      rest.push(handshake.takeRest());
    }
  } catch (thrown) {
    if (!(thrown instanceof HandshakeError)) throw thrown;
    error = thrown.code;
  }
  return { error, mode: handshake.mode, output: concatBytes(output), rest: [...concatBytes(rest)], answeredAt, doneAt };
}

const fourBytes = fc.oneof(
  fc.constantFrom([0, 0, 0, 0], [0, 0, 0, 1], [255, 217, 255, 0], [255, 218, 255, 0], [255, 255, 255, 255]),
  fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }),
);
const c1 = fc.oneof(
  fc
    .record({ schema: fc.constantFrom(0, 1), bytes: fourBytes })
    .map(({ schema, bytes }) => packetWith("client", schema, bytes)),
  fc.string().map((seed) => noise(1536, seed)),
  fc.constantFrom(...[recorded.OBS_C0C1, recorded.FFMPEG_C0C1, recorded.FLASH_C0C1].map((c0c1) => c0c1.slice(1))),
);
const version = fc.oneof({ weight: 8, arbitrary: fc.constant(3) }, fc.nat(255));
const stream = fc
  .record({
    version,
    c1,
    tail: fc.oneof(fc.constantFrom(0, 1, 1535, 1536, 1537), fc.nat(6000)),
    keep: fc.oneof(fc.constant(9999), fc.nat(3073)),
  })
  .map((r) => concatBytes([Uint8Array.of(r.version), r.c1, noise(r.tail, "tail")]).slice(0, r.keep));
const cuts = fc.oneof(
  fc.array(fc.oneof(fc.constantFrom(0, 1, 5, 9, 773, 1536, 1537, 1538, 3072, 3073, 3074), fc.nat(7600)), {
    maxLength: 12,
  }),
  fc.integer({ min: 1, max: 700 }).map((size) => Array.from({ length: Math.floor(7600 / size) }, (_, i) => size * i)),
);

test("a server makes of any cut stream what the naive one makes of it whole", () => {
  fc.assert(
    fc.property(stream, cuts, (bytes, anyCuts) => {
      const ordered = anyCuts.filter((at) => at <= bytes.length).sort((a, b) => a - b);
      const got = feed(server(), bytes, ordered);
      const whole = naiveServer(bytes);
      expect({ error: got.error, mode: got.mode, rest: got.rest }).toEqual({
        error: whole.error,
        mode: whole.mode,
        rest: whole.rest,
      });
      const readHolding = (count: number) => [...ordered, bytes.length].find((at) => at >= count);
      expect(got.answeredAt).toBe(whole.answered ? readHolding(1537) : undefined);
      expect(got.doneAt).toBe(whole.done ? readHolding(3073) : undefined);
      expect(got.output.length).toBe(whole.answered ? 3073 : 0);
      if (whole.mode === "digest") {
        const found = naiveFind(bytes.subarray(1, 1537), "client");
        expect(naiveFind(got.output.subarray(1, 1537), "server")?.schema).toBe(found?.schema);
        expect(naiveIsSigned(got.output.subarray(1537), "server", found?.digest ?? new Uint8Array(32))).toBe(true);
      } else if (whole.mode === "simple") {
        expect(toHex(got.output.subarray(1545))).toBe(toHex(bytes.subarray(9, 1537)));
      }
    }),
    { numRuns: 300 },
  );
});

test("both roles, one byte at a time, come to the same end as in one piece", () => {
  const rest = Uint8Array.of(1, 2, 3);
  const clients = [
    () => new ClientHandshake({ random, hmacSha256: nodeHmac }),
    () => new ClientHandshake({ random, hmacSha256: nodeHmac, mode: "digest", verify: true }),
  ];
  for (const make of clients) {
    const c0c1 = make().takeOutput() ?? new Uint8Array(0);
    const fromClient = concatBytes([c0c1, noise(1536, "c2"), rest]);
    const each = (length: number) => Array.from({ length }, (_, i) => i + 1);
    const served = feed(server(), fromClient, each(fromClient.length));
    expect(served).toMatchObject({ answeredAt: 1537, doneAt: 3073, rest: [1, 2, 3] });
    expect(served.output).toEqual(feed(server(), fromClient, []).output);

    const fromServer = concatBytes([served.output, rest]);
    const [bytewise, whole] = [each(fromServer.length), []].map((at) => feed(make(), fromServer, at));
    expect(bytewise).toMatchObject({ answeredAt: 1, doneAt: 3073, rest: [1, 2, 3], mode: served.mode });
    expect(bytewise?.output).toEqual(whole?.output);
  }
});

test("any packet is analysed as the naive twin does, after any change", () => {
  const change = fc.record({ at: fc.nat(1535), value: fc.nat(255) });
  const sender = fc.constantFrom("client", "server");
  const schema = fc.constantFrom(0, 1);
  fc.assert(
    fc.property(
      sender,
      schema,
      fourBytes,
      fc.array(change, { maxLength: 2 }),
      fc.boolean(),
      (who, layout, bytes, changes, resign) => {
        const packet = packetWith(who, layout, bytes);
        for (const { at, value } of changes) packet[at] = value;
        if (resign) packet.set(naiveDigest(packet, naiveOffset(packet, layout), who), naiveOffset(packet, layout));
        const got = analysePacket(packet, who, nodeHmac);
        const twin = naiveFind(packet, who);
        expect(got.digest && [got.digest.schema, got.digest.offset, toHex(got.digest.digest)]).toEqual(
          twin && [twin.schema, twin.offset, twin.digest.toString("hex")],
        );
        expect([got.time, toHex(got.version)]).toEqual([
          Buffer.from(packet).readUInt32BE(0),
          Buffer.from(packet).toString("hex", 4, 8),
        ]);
      },
    ),
    { numRuns: 300 },
  );
});
