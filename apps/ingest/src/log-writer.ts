import { write } from "node:fs";
import type { LogStream } from "./log.js";

/** How long to wait before a pipe that is full is tried again, in ms. */
const RETRY_MS = 50;
/** How long lines that come right behind others are gathered, in ms: a write costs much more than a line. */
const GATHER_MS = 20;

/** Writes bytes to a file descriptor, as `fs.write` does. */
export type WriteToFd = (fd: number, bytes: Uint8Array, done: (error: Error | null, written: number) => void) => void;

/**
 * Writes log lines to a file descriptor in the background, in order. A terminal or pipe that nobody reads, or a disk
 * that is full, costs lines and never stops the server: what waits is bounded, more is dropped. (pino's own
 * destination throws or waits for ever in these cases when the process ends.)
 */
export class LogWriter implements LogStream {
  readonly #fd: number;
  readonly #maxBacklog: number;
  readonly #write: WriteToFd;
  readonly #gatherMs: number;
  #waiting: string[] = [];
  #backlog = 0;
  #writing = false; // or about to
  #gathering: NodeJS.Timeout | undefined;
  #idle: (() => void)[] = [];

  /**
   * @param maxBacklog bytes that may wait.
   * @param gatherMs how long after a write the next one begins.
   */
  constructor(fd: number, maxBacklog: number, writeToFd: WriteToFd = write, gatherMs = GATHER_MS) {
    this.#gatherMs = gatherMs;
    this.#fd = fd;
    this.#maxBacklog = maxBacklog;
    this.#write = writeToFd;
  }

  write(text: string): void {
    const length = Buffer.byteLength(text);
    if (this.#backlog + length > this.#maxBacklog) return;
    this.#waiting.push(text);
    this.#backlog += length;
    if (!this.#writing) this.#next();
  }

  /** Resolves when all is written or lost, at the latest after `maxMs`. */
  flushed(maxMs: number): Promise<void> {
    if (!this.#writing) return Promise.resolve();
    if (this.#gathering !== undefined) this.#next();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, maxMs);
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #next(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#writing = this.#waiting.length > 0;
    if (this.#writing) {
      this.#put(Buffer.from(this.#waiting.splice(0).join("")));
      return;
    }
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** A write is done. */
  #done(): void {
    if (this.#gatherMs === 0 || this.#idle.length > 0) this.#next();
    else this.#gathering = setTimeout(() => this.#next(), this.#gatherMs).unref();
  }

  #put(bytes: Buffer): void {
    this.#write(this.#fd, bytes, (error, written) => {
      if (error !== null && "code" in error && error.code === "EAGAIN") {
        setTimeout(() => this.#put(bytes), RETRY_MS).unref();
        return;
      }
      const taken = error === null ? written : bytes.length; // what an error hits is lost
      this.#backlog -= taken;
      if (taken < bytes.length) this.#put(bytes.subarray(taken));
      else this.#done();
    });
  }
}
