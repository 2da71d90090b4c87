import type { Transport } from "./transport.js";

/** The part of a web `ReadableStream` that is used here. */
export interface WebReadable {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

/** The part of a web `WritableStream` that is used here. */
export interface WebWritable {
  getWriter(): {
    readonly ready: Promise<unknown>;
    readonly desiredSize: number | null;
    write(bytes: Uint8Array): Promise<void>;
    close(): Promise<void>;
    abort(reason?: unknown): Promise<void>;
  };
}

/** A pair of web streams as a transport: `WebSocketStream`, `WebTransport` streams, Deno and Bun sockets, `TransformStream` in tests. */
export function webTransport(streams: {
  readonly readable: WebReadable;
  readonly writable: WebWritable;
  readonly remoteAddress?: string | undefined;
}): Transport {
  const reader = streams.readable.getReader();
  const writer = streams.writable.getWriter();
  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (value !== undefined) yield value;
    }
  }
  const ignore = (): void => {}; // the session learns of a broken stream from its reads and writes
  return {
    readable: read(),
    async write(bytes) {
      await writer.ready;
      await writer.write(bytes);
    },
    end: () => writer.close().catch(ignore),
    close() {
      reader.cancel().catch(ignore);
      writer.abort().catch(ignore);
    },
    remoteAddress: streams.remoteAddress,
  };
}
