import { createReadStream, type ReadStream } from "node:fs";
import { FlvError, FlvReader } from "@rtmp/flv";
import { FileError, fileError } from "./failure.js";
import { type FlvPacket, flvPacket } from "./flv-packet.js";

/** Bytes read from the file at once. */
const READ_LENGTH = 262_144;
const STDIN = 0;

/** The packets of an FLV file or pipe, one after the other. */
export class FlvSource {
  /** For messages. */
  readonly name: string;
  readonly #stream: ReadStream;
  readonly #pieces: AsyncIterator<Buffer>;
  readonly #reader = new FlvReader();
  #next: FlvPacket | undefined;
  #ended = false;

  /** @param path `-` is standard input. */
  constructor(path: string) {
    this.name = path === "-" ? "standard input" : path;
    const options = { highWaterMark: READ_LENGTH };
    this.#stream = path === "-" ? createReadStream("", { ...options, fd: STDIN }) : createReadStream(path, options);
    this.#pieces = this.#stream[Symbol.asyncIterator]();
  }

  /**
   * The next packet, which stays the next one until {@link take}; `undefined` at the end.
   * @throws FileError if the file can not be read, or is not whole.
   */
  async peek(): Promise<FlvPacket | undefined> {
    while (this.#next === undefined && !this.#ended) {
      const item = this.#read();
      if (item === undefined) await this.#readOn();
      else if (item.kind === "tag") {
        if (item.isFiltered) throw new FileError(`${this.name} is encrypted.`);
        this.#next = flvPacket(item);
      }
    }
    return this.#next;
  }
  take(): void {
    this.#next = undefined;
  }
  close(): void {
    this.#stream.destroy();
  }

  #read(): ReturnType<FlvReader["read"]> {
    try {
      return this.#reader.read();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  async #readOn(): Promise<void> {
    let piece: IteratorResult<Buffer>;
    try {
      piece = await this.#pieces.next();
    } catch (error) {
      throw fileError(`${this.name} can not be read`, error);
    }
    if (piece.done !== true) {
      this.#reader.push(piece.value);
      return;
    }
    this.#ended = true;
    try {
      this.#reader.end();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): unknown {
    if (!(error instanceof FlvError)) return error;
    return fileError(`${this.name} is ${error.code === "not-flv" ? "no FLV file" : "damaged"}`, error);
  }
}
