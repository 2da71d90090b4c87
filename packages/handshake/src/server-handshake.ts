import { findDigest, writeDigest } from "./digest.js";
import { Handshake } from "./handshake.js";
import { DIGEST_LENGTH, PACKET_LENGTH, readU32, writeU32 } from "./layout.js";
import { type HandshakeMode, type HandshakeOptions, type ResolvedOptions, resolveOptions } from "./options.js";
import { writeSignature } from "./signature.js";
import { RTMP_VERSION } from "./version.js";

/** Bytes 4 to 7 of an S1 with a digest: the version of a Flash Media Server, 4.5.0.1, that players know. */
const SERVER_VERSION = 0x04050001;

/** What a {@link ServerHandshake} needs. */
export interface ServerHandshakeOptions extends HandshakeOptions {
  /**
   * Whether to look for a digest in C1. Without, every client gets the simple handshake: all known ones go on, save
   * Flash Player, which then plays no H.264.
   * @defaultValue true
   */
  readonly digest?: boolean;
}

/**
 * The server's side. Once C0 and C1 are there it answers S0, S1 and S2 in one piece, with digests if C1 has a version and a
 * valid digest of either schema, else simply. It is done with the last byte of C2, whose content is not judged: FFmpeg and
 * librtmp send an unsigned copy of S1 in any mode.
 */
export class ServerHandshake extends Handshake {
  readonly #options: ResolvedOptions;
  readonly #tryDigest: boolean;
  #mode: HandshakeMode | undefined;

  /** @throws RangeError if `time` is not a u32. */
  constructor(options: ServerHandshakeOptions) {
    super("client");
    this.#options = resolveOptions(options);
    this.#tryDigest = options.digest ?? true;
  }

  /** How the client is answered; `undefined` until C1 was read. */
  override get mode(): HandshakeMode | undefined {
    return this.#mode;
  }

  /** @internal */
  protected override onPacket1(c1: Uint8Array): void {
    const { random, hmacSha256, time } = this.#options;
    const answer = new Uint8Array(1 + 2 * PACKET_LENGTH);
    const s1 = answer.subarray(1, 1 + PACKET_LENGTH);
    const s2 = answer.subarray(1 + PACKET_LENGTH);
    // Whoever has a digest has a version (no known client is otherwise), and to look for one costs two HMACs.
    const found = this.#tryDigest && readU32(c1, 4) !== 0 ? findDigest(c1, "client", hmacSha256) : undefined;

    answer[0] = RTMP_VERSION;
    writeU32(s1, 0, time);
    if (found === undefined) {
      // S1[4..7] stays zero: FFmpeg takes anything from 3 up as the promise of a digest, and insists on it when it plays.
      random(s1.subarray(8));
      s2.set(c1);
    } else {
      random(answer.subarray(1 + 8, answer.length - DIGEST_LENGTH)); // S1 and S2 at once: a call costs more than its bytes
      writeU32(s1, 4, SERVER_VERSION);
      writeDigest(s1, found.schema, "server", hmacSha256);
    }
    writeU32(s2, 0, readU32(c1, 0));
    writeU32(s2, 4, time);
    if (found !== undefined) writeSignature(s2, "server", found.digest, hmacSha256);
    this.#mode = found === undefined ? "simple" : "digest";
    this.send(answer);
  }

  /** @internal */
  protected override onPacket2(): void {}
}
