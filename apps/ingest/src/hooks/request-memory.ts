import type { AccessRequest } from "../auth/gate.js";

/** Requests that are remembered. */
const MAX_REQUESTS = 4096;
/** Longest text that is kept of one, in UTF-16 units. */
const MAX_TEXT = 512;

/** Remembers who asked for what was allowed, so that its end can be told with the same fields. The oldest are forgotten. */
export class RequestMemory {
  readonly #requests = new Map<string, AccessRequest>();

  /** @param app, stream what they are called now. */
  remember(request: AccessRequest, app: string, stream: string): void {
    const { action, connection } = request;
    const kept = Object.fromEntries(Object.entries(request).map(([name, value]) => [name, shortened(value)]));
    const copy = { ...request, ...kept };
    this.#put(keyOf(action, connection, app, stream), copy);
    if (action === "publish") this.#put(keyOf(action, undefined, app, stream), copy); // for what has no connection
  }

  recall(
    action: AccessRequest["action"],
    connection: number | undefined,
    app: string,
    stream: string,
  ): AccessRequest | undefined {
    return this.#requests.get(keyOf(action, connection, app, stream));
  }

  forget(action: AccessRequest["action"], connection: number, app: string, stream: string): void {
    this.#requests.delete(keyOf(action, connection, app, stream));
  }

  #put(key: string, request: AccessRequest): void {
    this.#requests.delete(key);
    this.#requests.set(key, request);
    const [oldest] = this.#requests.keys();
    if (this.#requests.size > MAX_REQUESTS && oldest !== undefined) this.#requests.delete(oldest);
  }
}

function keyOf(...parts: readonly (string | number | undefined)[]): string {
  return JSON.stringify(parts);
}

function shortened(value: unknown): unknown {
  return typeof value === "string" && value.length > MAX_TEXT ? value.slice(0, MAX_TEXT) : value;
}
