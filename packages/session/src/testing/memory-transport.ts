import type { Transport } from "../transport.js";

/** A transport whose other end is the test. */
export class MemoryTransport implements Transport {
  readonly remoteAddress = "192.0.2.1:50000";
  readonly readable: AsyncIterable<Uint8Array>;
  /** What the session wrote and the test has not taken. */
  readonly written: Uint8Array[] = [];
  /** How writes are answered: at once by default. */
  onWrite: (bytes: Uint8Array) => void | Promise<void> = () => {};
  ended = false;
  closed = false;
  /** Reads that the session has not asked for. */
  readonly unread: Uint8Array[] = [];
  #finished: { error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor() {
    this.readable = this.#read();
  }

  /** The peer sends. */
  push(bytes: Uint8Array): void {
    this.unread.push(bytes);
    this.#wake?.();
  }
  /** The peer sends FIN. */
  finish(): void {
    this.#finished = {};
    this.#wake?.();
  }
  /** The connection breaks. */
  break(error: unknown): void {
    this.#finished = { error };
    this.#wake?.();
  }
  /** Takes what the session wrote. */
  take(): Uint8Array[] {
    return this.written.splice(0);
  }

  write(bytes: Uint8Array): void | Promise<void> {
    if (this.ended || this.closed) throw new Error("written after the end");
    this.written.push(bytes);
    return this.onWrite(bytes);
  }
  end(): void {
    this.ended = true;
  }
  close(): void {
    this.closed = true;
    this.finish();
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const bytes = this.unread.shift();
      if (bytes !== undefined) yield bytes;
      else if (this.#finished !== undefined) {
        if ("error" in this.#finished) throw this.#finished.error;
        return;
      } else {
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      }
    }
  }
}
