/** Clients at once. */
const MAX_CLIENTS = 64;
/** Bytes that may wait for one client; beyond, all that waits is dropped and the client is told so. */
const MAX_QUEUED = 256 * 1024;
/** So often something is sent, so that nobody between takes the connection for dead, in ms. */
const HEARTBEAT_MS = 10_000;
/** How soon a browser connects again, in ms. */
const RETRY_MS = 2000;

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(":\n\n");
const RESYNC = eventBytes("resync", {});

/** An event as server-sent events have it (HTML standard, 9.2). */
export function eventBytes(name: string, data: object): Uint8Array {
  return encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** Sends events to all who listen: each gets them in order, or learns that it has missed some. */
export class EventFeed {
  readonly #clients = new Set<EventClient>();
  #heartbeat: NodeJS.Timeout | undefined;

  /** How many listen. */
  get size(): number {
    return this.#clients.size;
  }

  /** Takes a client. @param hello its first event. @returns the body of its answer; undefined if there are too many. */
  open(hello: Uint8Array): ReadableStream<Uint8Array> | undefined {
    if (this.#clients.size >= MAX_CLIENTS) return undefined;
    const client = new EventClient(() => this.#clients.delete(client));
    this.#clients.add(client);
    client.send(encoder.encode(`retry: ${RETRY_MS}\n\n`));
    client.send(hello);
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
    return client.body;
  }

  /** Sends an event to all. */
  send(name: string, data: object): void {
    if (this.#clients.size === 0) return;
    const bytes = eventBytes(name, data);
    for (const client of this.#clients) client.send(bytes);
  }

  /** Ends all. */
  close(): void {
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
    for (const client of [...this.#clients]) client.close();
  }

  #beat(): void {
    for (const client of this.#clients) if (client.idle) client.send(HEARTBEAT);
  }
}

/** One who listens. Events wait until they are read, within a bound. */
export class EventClient {
  readonly body: ReadableStream<Uint8Array>;
  readonly #onGone: () => void;
  #queue: Uint8Array[] = [];
  #bytes = 0;
  #missed = false;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #wake: (() => void) | undefined;

  /** @param onGone called when the client has left. */
  constructor(onGone: () => void) {
    this.#onGone = onGone;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => {
          this.#controller = undefined;
          onGone();
        },
      },
      { highWaterMark: 0 }, // what waits, waits in our queue, whose bound we know
    );
  }

  /** Whether nothing waits for it. */
  get idle(): boolean {
    return this.#queue.length === 0;
  }

  send(bytes: Uint8Array): void {
    if (this.#bytes + bytes.length > MAX_QUEUED) {
      this.#queue = [];
      this.#bytes = 0;
      this.#missed = true;
    }
    this.#queue.push(bytes);
    this.#bytes += bytes.length;
    this.#wake?.();
  }

  close(): void {
    this.#onGone();
    this.#controller?.close();
    this.#controller = undefined;
    this.#wake?.();
  }

  /** Gives the next piece to who reads, or waits for one. */
  async #pull(): Promise<void> {
    if (this.#queue.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    if (this.#missed) {
      this.#missed = false;
      this.#controller?.enqueue(RESYNC);
      return;
    }
    const next = this.#queue.shift();
    if (next === undefined) return;
    this.#bytes -= next.length;
    this.#controller?.enqueue(next);
  }
}
