/** One end of a pipe between processes: `process` of a worker, or the `Worker` that a primary has of it. */
export interface Port {
  /** @param done called when the message is on its way, with an error if it is not. */
  send(message: unknown, done: (error: Error | null) => void): boolean;
  on(event: "message", listener: (message: unknown) => void): unknown;
}

/** What one side offers the other: each answer may be a promise. */
export type Calls = Readonly<Record<string, (...values: never[]) => unknown>>;

/** A call, or the answer to one. Both ends are ours: what comes is what was sent. */
type Envelope =
  | { readonly call: string; readonly id: number; readonly values: readonly unknown[] }
  | { readonly answer: number; readonly value?: unknown; readonly error?: string };

/** How long the other process has to answer, in ms: it may be busy, not asleep. */
const ANSWER_MS = 10_000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

/** Calls between two processes, both ways. */
export class Channel<Theirs extends Calls> {
  readonly #port: Port;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #closed = false;

  /** @param mine what the other side may call. */
  constructor(port: Port, mine: Calls) {
    this.#port = port;
    // Each in a turn of its own: what awaits an answer has gone on before the next message is looked at. A worker that is given a
    // name, and at once asked to give it up, must have it by then.
    port.on("message", (message) => setImmediate(() => this.#receive(message as Envelope, mine)));
  }

  /** Calls the other side. @throws Error with its words if it threw; or if it is gone, or takes too long. */
  call<Name extends keyof Theirs & string>(
    name: Name,
    ...values: Parameters<Theirs[Name]>
  ): Promise<Awaited<ReturnType<Theirs[Name]>>> {
    return this.callWithin(ANSWER_MS, name, ...values);
  }

  /** The same with a time of its own for the answer, in ms. */
  callWithin<Name extends keyof Theirs & string>(
    ms: number,
    name: Name,
    ...values: Parameters<Theirs[Name]>
  ): Promise<Awaited<ReturnType<Theirs[Name]>>> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new Error("The other process is gone.");
      const id = ++this.#count;
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`The other process did not answer ${name}.`));
      }, ms);
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, timer });
      this.#send({ call: name, id, values });
    });
  }

  /** Calls the other side, whatever becomes of it. */
  tell<Name extends keyof Theirs & string>(name: Name, ...values: Parameters<Theirs[Name]>): void {
    this.call(name, ...values).catch(() => {});
  }

  /** The other process is gone: calls that wait fail. */
  close(): void {
    this.#closed = true;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new Error("The other process is gone."));
    }
    this.#waiting.clear();
  }

  #receive(message: Envelope, mine: Calls): void {
    if ("call" in message) {
      void this.#serve(message.id, mine[message.call], message.values);
      return;
    }
    const waiting = this.#waiting.get(message.answer);
    if (waiting === undefined) return;
    this.#waiting.delete(message.answer);
    clearTimeout(waiting.timer);
    if (message.error === undefined) waiting.resolve(message.value);
    else waiting.reject(new Error(message.error));
  }

  async #serve(id: number, method: Calls[string] | undefined, values: readonly unknown[]): Promise<void> {
    try {
      if (method === undefined) throw new Error("There is no such call.");
      this.#send({ answer: id, value: await method(...(values as never[])) });
    } catch (error) {
      this.#send({ answer: id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  #send(message: Envelope): void {
    if (this.#closed) return;
    this.#port.send(message, (error) => {
      if (error !== null) this.close(); // the pipe is closed before the process is known to be gone
    });
  }
}
