import { vi } from "vitest";

/** A server-sent event. */
export interface HeardEvent {
  readonly name: string;
  readonly data: unknown;
}

/** Listens to server-sent events. */
export class EventListener {
  readonly heard: HeardEvent[] = [];
  readonly response: Response;
  readonly #abort: AbortController;
  #text = "";
  #over = false;

  private constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#abort = abort;
    void this.#read();
  }

  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventListener> {
    const abort = new AbortController();
    return new EventListener(await fetch(url, { headers, signal: abort.signal }), abort);
  }

  /** Leaves. */
  close(): void {
    this.#abort.abort();
  }
  /** Whether the server has ended it. */
  get over(): boolean {
    return this.#over;
  }

  /** The first event of this name whose data has these members. */
  hears(name: string, like: Readonly<Record<string, unknown>> = {}): Promise<Record<string, unknown>> {
    return vi.waitFor(
      () => {
        for (const event of this.heard) {
          const data = event.data as Record<string, unknown>;
          if (event.name === name && Object.entries(like).every(([key, value]) => data[key] === value)) return data;
        }
        throw new Error(`no ${name} among ${this.heard.map((event) => event.name).join()}`);
      },
      { timeout: 10_000, interval: 10 },
    );
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const part of this.response.body ?? []) {
        this.#text += decoder.decode(part as Uint8Array, { stream: true });
        const blocks = this.#text.split("\n\n");
        this.#text = blocks.pop() ?? "";
        for (const block of blocks) {
          const name = /^event: (.*)$/m.exec(block)?.[1];
          const data = /^data: (.*)$/m.exec(block)?.[1];
          if (name !== undefined && data !== undefined) this.heard.push({ name, data: JSON.parse(data) });
        }
      }
    } catch {} // cut, by one side or the other
    this.#over = true;
  }
}
