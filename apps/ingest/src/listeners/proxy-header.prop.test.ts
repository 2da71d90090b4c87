import { isIPv6 } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_PROXY_HEADER, ProxyHeaderError, parseProxyHeader } from "./proxy-header.js";

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const port = fc.integer({ min: 0, max: 65_535 });
const two = (value: number): number[] => [value >> 8, value & 0xff];

const v1 = fc.tuple(fc.ipV4(), fc.ipV4(), port, port).map(([from, to, fromPort, toPort]) => ({
  bytes: new TextEncoder().encode(`PROXY TCP4 ${from} ${to} ${fromPort} ${toPort}\r\n`),
  source: { address: from, port: fromPort },
}));
const v2 = fc
  .record({
    from: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fromPort: port,
    six: fc.boolean(),
    extra: fc.uint8Array({ maxLength: 300 }),
  })
  .map(({ from, fromPort, six, extra }) => {
    const address = six ? from : from.subarray(0, 4);
    const rest = [...address, ...address.map(() => 0), ...two(fromPort), 0, 0, ...extra];
    const groups = Array.from({ length: 8 }, (_, i) =>
      (((from[2 * i] ?? 0) << 8) | (from[2 * i + 1] ?? 0)).toString(16),
    );
    return {
      bytes: Uint8Array.of(...SIGNATURE, 0x21, six ? 0x21 : 0x11, ...two(rest.length), ...rest),
      source: { address: six ? groups.join(":") : address.join("."), port: fromPort },
    };
  });

test("a header is read from its last byte on, and means the same whatever follows it", () => {
  fc.assert(
    fc.property(fc.oneof(v1, v2), fc.uint8Array({ maxLength: 40 }), fc.nat(), ({ bytes, source }, more, cut) => {
      const part = bytes.subarray(0, cut % bytes.length);
      expect(parseProxyHeader(part)).toBeUndefined();
      expect(parseProxyHeader(Uint8Array.of(...bytes, ...more))).toEqual({ length: bytes.length, source });
    }),
    { numRuns: 500 },
  );
});

/** Bytes that come near to a header: one that was changed in places, or a fixed part with anything behind it. */
const hostile = fc.oneof(
  fc
    .tuple(fc.oneof(v1, v2), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
    .map(([{ bytes }, changes]) => {
      const changed = Uint8Array.from(bytes);
      for (const [at, value] of changes) changed[at % changed.length] = value;
      return changed;
    }),
  fc
    .tuple(
      fc.constantFrom(0x20, 0x21, 0x22, 0x11, 0x31),
      fc.constantFrom(0, 0x11, 0x12, 0x21, 0x31, 0x41),
      fc.nat(0xffff),
    )
    .chain(([command, family, length]) =>
      fc
        .uint8Array({ maxLength: 64 })
        .map((rest) => Uint8Array.of(...SIGNATURE, command, family, ...two(length), ...rest)),
    ),
);

test("whatever comes, it is a header within the bound, wrong, or waited for no longer than the bound; and the same in any pieces", () => {
  const outcome = (bytes: Uint8Array): unknown => {
    try {
      return parseProxyHeader(bytes);
    } catch (error) {
      if (error instanceof ProxyHeaderError) return "wrong";
      throw error;
    }
  };
  fc.assert(
    fc.property(hostile, (bytes) => {
      const padded = new Uint8Array(Math.max(bytes.length, MAX_PROXY_HEADER));
      padded.set(bytes);
      const whole = outcome(padded);
      expect(whole).toBeDefined();
      // Byte by byte, the first answer that is one is the same.
      let first: unknown;
      for (let length = 0; length <= padded.length && first === undefined; length++) {
        first = outcome(padded.subarray(0, length));
      }
      expect(first).toEqual(whole);
      if (typeof whole !== "object" || whole === null || !("source" in whole)) return;
      const { address, port: from } = whole.source as { address: string; port: number };
      expect(isIPv6(address) || /^\d+\.\d+\.\d+\.\d+$/.test(address)).toBe(true);
      expect(from).toBeLessThan(65_536);
    }),
    { numRuns: 500 },
  );
});
