import type { Transport } from "../transport.js";

const NEVER = Number.POSITIVE_INFINITY;
/** Most bytes given to the transport at once, so that a peer that reads slowly is seen to make progress. */
const SLICE = 262_144;

/** Where bytes to write come from. */
export interface OutputSource {
  takeOutput(): Uint8Array | undefined;
}

/** Told what becomes of writes. */
export interface OutputEvents {
  /** The transport has enough, and its time runs. */
  congested(): void;
  /** The transport has taken what it was given; if it is not congested again, it takes more. */
  moved(): void;
  /** The connection is broken. */
  broken(error: unknown): void;
}

/** Carries a connection's output to its transport, in slices, as fast as the transport takes it. */
export class Output {
  readonly #transport: Transport;
  readonly #source: OutputSource;
  readonly #writeMs: number;
  readonly #now: () => number;
  readonly #events: OutputEvents;
  #rest: Uint8Array | undefined; // taken from the source, not given to the transport yet
  #congested = false;
  #writeBy = NEVER;
  #bytesSent = 0;
  #closed = false;

  /** @param writeMs time for the transport to take one slice. */
  constructor(transport: Transport, source: OutputSource, writeMs: number, now: () => number, events: OutputEvents) {
    this.#transport = transport;
    this.#source = source;
    this.#writeMs = writeMs;
    this.#now = now;
    this.#events = events;
  }

  /** Whether the transport still has enough. */
  get congested(): boolean {
    return this.#congested;
  }
  /** When it should have taken what it was given; `Infinity` while nothing is under way. */
  get deadline(): number {
    return this.#writeBy;
  }
  /** Bytes taken from the source that the transport has not got. */
  get heldBytes(): number {
    return this.#rest?.length ?? 0;
  }
  /** Bytes given to the transport. */
  get bytesSent(): number {
    return this.#bytesSent;
  }

  /** Writes what is there, unless {@link congested}. */
  write(): void {
    while (!this.#congested) {
      const slice = this.#nextSlice();
      if (slice === undefined) return;
      this.#give(slice);
    }
  }

  /** Writes bytes that do not come from the source, while that has none and nothing is {@link congested}. */
  writeAtOnce(bytes: Uint8Array): void {
    if (bytes.length <= SLICE) this.#give(bytes);
    else {
      this.#rest = bytes;
      this.write();
    }
  }

  /** Writes all that is left, then closes our side. @throws what the transport throws. */
  async finish(): Promise<void> {
    this.#closed = true;
    for (let slice = this.#nextSlice(); slice !== undefined; slice = this.#nextSlice()) await this.#tryWrite(slice);
    await this.#transport.end();
  }

  /** Writes nothing more. */
  stop(): void {
    this.#closed = true;
  }

  #give(bytes: Uint8Array): void {
    const wait = this.#tryWrite(bytes);
    if (wait !== undefined) this.#await(wait);
  }

  #await(wait: Promise<void>): void {
    this.#congested = true;
    this.#writeBy = this.#now() + this.#writeMs;
    this.#events.congested();
    wait.then(
      () => {
        this.#congested = false;
        this.#writeBy = NEVER;
        if (this.#closed) return;
        this.write();
        this.#events.moved();
      },
      (error: unknown) => {
        this.#congested = false;
        this.#writeBy = NEVER;
        this.#events.broken(error);
      },
    );
  }

  #nextSlice(): Uint8Array | undefined {
    const bytes = this.#rest ?? this.#source.takeOutput();
    if (bytes === undefined) return undefined;
    this.#rest = bytes.length > SLICE ? bytes.subarray(SLICE) : undefined;
    return bytes.length > SLICE ? bytes.subarray(0, SLICE) : bytes;
  }

  /** A transport that throws is as broken as one that rejects. */
  #tryWrite(bytes: Uint8Array): Promise<void> | undefined {
    this.#bytesSent += bytes.length;
    try {
      return this.#transport.write(bytes) ?? undefined;
    } catch (error) {
      return Promise.reject(error);
    }
  }
}
