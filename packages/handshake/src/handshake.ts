import { ByteQueue, concatBytes } from "@rtmp/bytes-util";
import { HandshakeError } from "./errors.js";
import { type HandshakeRole, PACKET_LENGTH } from "./layout.js";
import type { HandshakeMode } from "./options.js";
import { checkVersion } from "./version.js";

/**
 * What the two roles have in common: the peer sends a version byte and two packets of 1536 bytes, cut anywhere, and
 * what follows them belongs to the chunk stream (RTMP 5.2.1). One per connection.
 *
 * It holds one packet of the peer's, the output until that is taken, and what came after the handshake.
 */
export abstract class Handshake {
  readonly #peer: HandshakeRole;
  #state: "version" | "packet 1" | "packet 2" | "done" = "version";
  #packet: Uint8Array<ArrayBuffer> | undefined; // the packet that is arriving, allocated once the version is accepted
  #filled = 0; // bytes of it
  #received = 0;
  #output: Uint8Array<ArrayBuffer> | undefined;
  #failure: { readonly error: unknown } | undefined;
  readonly #rest = new ByteQueue();

  /** @internal */
  protected constructor(peer: HandshakeRole) {
    this.#peer = peer;
  }

  /** How the handshake goes; `undefined` until the peer's first packet was read. */
  abstract readonly mode: HandshakeMode | undefined;

  /** Whether the peer's second packet is complete: take the output and the rest, and go on with chunks. */
  get done(): boolean {
    return this.#state === "done";
  }

  /** All bytes pushed so far, those behind the handshake included. */
  get bytesReceived(): number {
    return this.#received;
  }

  /**
   * Feeds what the peer sent, cut anywhere. What is kept is copied, so the array may be used again.
   * Bytes pushed after the handshake is done are kept for {@link takeRest}.
   * @throws HandshakeError as soon as the first byte tells that the peer does not speak RTMP, and for
   * `digest-mismatch`. After an error each further call throws the same.
   */
  push(bytes: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#received += bytes.length;
    try {
      this.#advance(bytes);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /**
   * Says that the peer will send nothing more.
   * @throws HandshakeError `unexpected-eof` unless the handshake is done; or again the error of an earlier call.
   */
  end(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.done) return;
    const message = `the ${this.#peer} closed during the handshake, after ${this.#received} of ${1 + 2 * PACKET_LENGTH} bytes`;
    throw this.#fail(new HandshakeError("unexpected-eof", message, { offset: this.#received }));
  }

  /** What is to be sent to the peer now, in one array that is the caller's; `undefined` if nothing is. */
  takeOutput(): Uint8Array<ArrayBuffer> | undefined {
    const output = this.#output;
    this.#output = undefined;
    return output;
  }

  /** Takes the bytes that came behind the handshake, the begin of the chunk stream: an array of their own, often empty. */
  takeRest(): Uint8Array<ArrayBuffer> {
    return this.#rest.take(this.#rest.length);
  }

  /** @internal Queues bytes for the peer. */
  protected send(bytes: Uint8Array<ArrayBuffer>): void {
    this.#output = this.#output === undefined ? bytes : concatBytes([this.#output, bytes]);
  }

  /** @internal The peer's C1 or S1, only lent. */
  protected abstract onPacket1(packet: Uint8Array): void;

  /** @internal The peer's C2 or S2, only lent. */
  protected abstract onPacket2(packet: Uint8Array): void;

  #advance(bytes: Uint8Array): void {
    let at = 0;
    if (this.#state === "version") {
      const version = bytes[0];
      if (version === undefined) return;
      checkVersion(version, this.#peer);
      this.#state = "packet 1";
      this.#packet = new Uint8Array(PACKET_LENGTH);
      at = 1;
    }
    while (this.#packet !== undefined && at < bytes.length) {
      const part = bytes.subarray(at, at + PACKET_LENGTH - this.#filled);
      this.#packet.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === PACKET_LENGTH) this.#finishPacket(this.#packet);
    }
    if (at < bytes.length) this.#rest.push(bytes.slice(at));
  }

  #finishPacket(packet: Uint8Array): void {
    this.#filled = 0;
    if (this.#state === "packet 1") {
      this.onPacket1(packet);
      this.#state = "packet 2";
    } else {
      this.onPacket2(packet);
      this.#state = "done";
      this.#packet = undefined;
    }
  }

  #fail(error: unknown): unknown {
    this.#failure = { error };
    this.#packet = undefined;
    return error;
  }
}
