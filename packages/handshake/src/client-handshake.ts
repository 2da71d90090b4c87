import { equalBytes } from "@rtmp/bytes-util";
import { findDigest, writeDigest } from "./digest.js";
import { HandshakeError } from "./errors.js";
import { Handshake } from "./handshake.js";
import { type DigestSchema, PACKET_LENGTH, readU32, SIGNED_LENGTH, writeU32 } from "./layout.js";
import { type HandshakeMode, type HandshakeOptions, type ResolvedOptions, resolveOptions } from "./options.js";
import { isSigned, writeSignature } from "./signature.js";
import { RTMP_VERSION } from "./version.js";

/** Bytes 4 to 7 of a C1 with a digest: the version of a Flash Player, 128.0.7.2, that servers know. */
const CLIENT_VERSION = 0x80000702;

/** What a {@link ClientHandshake} needs. */
export interface ClientHandshakeOptions extends HandshakeOptions {
  /**
   * `simple` sends a C1 that every server takes. `digest` offers a digest; a server that does not know them answers
   * simply, and the handshake goes on as a simple one.
   * @defaultValue "simple"
   */
  readonly mode?: HandshakeMode;
  /**
   * Where a `digest` C1 has its digest.
   * @defaultValue 1, the only one that Flash Media Server takes
   */
  readonly schema?: DigestSchema;
  /**
   * Whether S2 must answer our C1: be signed with the C1 digest if S1 has a digest, else repeat the random bytes of
   * C1. Else its content is not judged, as most clients do.
   * @defaultValue false
   */
  readonly verify?: boolean;
}

/**
 * The client's side. C0 and C1 are ready to be taken at once, C2 when S0 and S1 were read; it is done with the last
 * byte of S2. C2 is signed if both C1 and S1 have a digest, else it repeats S1.
 */
export class ClientHandshake extends Handshake {
  readonly #options: ResolvedOptions;
  readonly #verify: boolean;
  readonly #c1: Uint8Array | undefined; // kept only to verify S2
  readonly #c1Digest: Uint8Array | undefined;
  readonly #schema: DigestSchema;
  #mode: HandshakeMode | undefined;

  /** @throws RangeError if `time` is not a u32. */
  constructor(options: ClientHandshakeOptions) {
    super("server");
    this.#options = resolveOptions(options);
    this.#verify = options.verify ?? false;
    this.#schema = options.schema ?? 1;
    const { random, hmacSha256, time } = this.#options;
    const hello = new Uint8Array(1 + PACKET_LENGTH);
    const c1 = hello.subarray(1);
    hello[0] = RTMP_VERSION;
    writeU32(c1, 0, time);
    random(c1.subarray(8));
    if (options.mode === "digest") {
      writeU32(c1, 4, CLIENT_VERSION);
      this.#c1Digest = writeDigest(c1, this.#schema, "client", hmacSha256);
    }
    if (this.#verify) this.#c1 = c1.slice(); // the output is the caller's to change
    this.send(hello);
  }

  /** How the server answered; `undefined` until S1 was read. */
  override get mode(): HandshakeMode | undefined {
    return this.#mode;
  }

  /** @internal */
  protected override onPacket1(s1: Uint8Array): void {
    const { random, hmacSha256, time } = this.#options;
    // Most servers answer in the schema of C1: to look there first saves an HMAC.
    const found = this.#c1Digest && findDigest(s1, "server", hmacSha256, this.#schema);
    const c2 = new Uint8Array(PACKET_LENGTH);
    if (found === undefined) c2.set(s1);
    else random(c2.subarray(8, SIGNED_LENGTH));
    writeU32(c2, 0, readU32(s1, 0));
    writeU32(c2, 4, time);
    if (found !== undefined) writeSignature(c2, "client", found.digest, hmacSha256);
    this.#mode = found === undefined ? "simple" : "digest";
    this.send(c2);
  }

  /** @internal */
  protected override onPacket2(s2: Uint8Array): void {
    if (this.#c1 === undefined || this.#answers(s2, this.#c1)) return;
    const wrong = this.#mode === "digest" ? "is not signed with the digest of C1" : "does not repeat the bytes of C1";
    throw new HandshakeError("digest-mismatch", `S2 ${wrong}`, { offset: 1 + PACKET_LENGTH });
  }

  #answers(s2: Uint8Array, c1: Uint8Array): boolean {
    if (this.#mode === "digest" && this.#c1Digest !== undefined) {
      return isSigned(s2, "server", this.#c1Digest, this.#options.hmacSha256);
    }
    return equalBytes(s2.subarray(8), c1.subarray(8)); // the 8 bytes before are times, which servers fill as they like
  }
}
