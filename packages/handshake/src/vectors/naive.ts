import { createHash, createHmac } from "node:crypto";

// A second reading of the digest handshake, for the whole input at once and on Node's own crypto. Shares no code with
// what it checks.

const TAIL = "f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae";
const PART = { client: "Genuine Adobe Flash Player 001", server: "Genuine Adobe Flash Media Server 001" };

/** Node's HMAC in the form that the package takes. */
export function nodeHmac(key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const state = createHmac("sha256", key);
  for (const part of parts) state.update(part);
  return state.digest();
}

/** Bytes without a pattern, the same for the same seed. */
export function noise(length: number, seed: string): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    createHash("sha256").update(`${seed} ${i}`).digest(),
  );
  return Uint8Array.from(Buffer.concat(blocks).subarray(0, length));
}

/** Where the digest stands: four bytes are added up. */
export function naiveOffset(packet: Uint8Array, schema: 0 | 1): number {
  const at = schema === 0 ? 772 : 8;
  const [a = 0, b = 0, c = 0, d = 0] = packet.subarray(at, at + 4);
  return at + 4 + ((a + b + c + d) % 728);
}

/** The digest that a packet should have at an offset. */
export function naiveDigest(packet: Uint8Array, offset: number, sender: "client" | "server"): Buffer {
  const rest = Buffer.concat([packet.subarray(0, offset), packet.subarray(offset + 32)]);
  return createHmac("sha256", PART[sender]).update(rest).digest();
}

/** The digest that a packet has. */
export function naiveFind(
  packet: Uint8Array,
  sender: "client" | "server",
): { schema: 0 | 1; offset: number; digest: Buffer } | undefined {
  for (const schema of [0, 1] as const) {
    const offset = naiveOffset(packet, schema);
    const digest = Buffer.from(packet.subarray(offset, offset + 32));
    if (naiveDigest(packet, offset, sender).equals(digest)) return { schema, offset, digest };
  }
  return undefined;
}

/** Whether C2 or S2 is signed for the holder of a digest. */
export function naiveIsSigned(packet: Uint8Array, signer: "client" | "server", peerDigest: Uint8Array): boolean {
  const fullKey = Buffer.concat([Buffer.from(PART[signer]), Buffer.from(TAIL, "hex")]);
  const tempKey = createHmac("sha256", fullKey).update(peerDigest).digest();
  const signature = createHmac("sha256", tempKey).update(packet.subarray(0, 1504)).digest();
  return signature.equals(packet.subarray(1504));
}

/** A C1 or S1 of noise with these four offset bytes and a digest; a zero version if asked. */
export function packetWith(
  sender: "client" | "server",
  schema: 0 | 1,
  offsetBytes: readonly number[],
  version: readonly number[] = [128, 0, 7, 2],
): Uint8Array {
  const packet = noise(1536, `${sender} ${schema} ${offsetBytes}`);
  packet.set(version, 4);
  packet.set(offsetBytes, schema === 0 ? 772 : 8);
  const offset = naiveOffset(packet, schema);
  packet.set(naiveDigest(packet, offset, sender), offset);
  return packet;
}

/** What a server should make of all the bytes that a client sent. */
export function naiveServer(stream: Uint8Array): {
  error?: string;
  mode?: "simple" | "digest";
  answered: boolean;
  done: boolean;
  rest: number[];
} {
  const quiet = { answered: false, done: false, rest: [] };
  const [version] = stream;
  if (version === undefined) return quiet;
  if (version === 6 || version === 8) return { ...quiet, error: "rtmpe-unsupported" };
  if (version === 0x16) return { ...quiet, error: "tls-probe" };
  if ([..."GPHODCT"].some((letter) => letter.charCodeAt(0) === version)) return { ...quiet, error: "http-probe" };
  if (version !== 3) return { ...quiet, error: "bad-version" };
  if (stream.length < 1537) return quiet;
  const mode = naiveFind(stream.subarray(1, 1537), "client") === undefined ? "simple" : "digest";
  return { mode, answered: true, done: stream.length >= 3073, rest: [...stream.subarray(3073)] };
}
