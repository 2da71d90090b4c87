import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished, vi } from "vitest";

/** A call that a hook got. */
export interface ReceivedCall {
  readonly method: string | undefined;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body as JSON or form fields, or the query of a GET. */
  readonly fields: Record<string, unknown>;
}

/** Answers a call; may as well never do. */
export type Answer = (response: ServerResponse, call: ReceivedCall) => void;

/** Says yes with such a body. */
export function json(value: unknown, status = 200): Answer {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(value));
  };
}
/** Answers with a status and nothing else. */
export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (response) => void response.writeHead(code, headers).end();
}

/** An HTTP server that takes hooks, on a free port of loopback; taken down after the test. */
export async function startHooks(answer: Answer) {
  const calls: ReceivedCall[] = [];
  const state = { answer };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const { method, url = "", headers } = request;
    const isJson = headers["content-type"] === "application/json";
    const form = new URLSearchParams(method === "GET" ? url.slice(url.indexOf("?")) : body);
    const fields = isJson ? (JSON.parse(body) as Record<string, unknown>) : Object.fromEntries(form);
    const call = { method, url, headers, body, fields };
    calls.push(call);
    state.answer(response, call);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  /** The n-th call that a field tells, counted from 1, as soon as it is there. */
  const call = (field: string, value: string, count = 1): Promise<ReceivedCall> =>
    vi.waitFor(
      () => {
        const found = calls.filter(({ fields }) => fields[field] === value)[count - 1];
        if (found === undefined) throw new Error(`no call ${count} with ${field}=${value}`);
        return found;
      },
      { timeout: 10_000, interval: 5 },
    );
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, calls, call, state };
}
