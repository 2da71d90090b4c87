import { request as httpRequest, type IncomingMessage, Agent as PlainAgent, type RequestOptions } from "node:http";
import { request as httpsRequest, Agent as TlsAgent } from "node:https";

/** Longest answer, in bytes. */
const MAX_ANSWER = 64 * 1024;
/** Longest head of an answer, in bytes. */
const MAX_HEAD = 16 * 1024;

/** Why a hook gave no usable answer. */
export type HookFailure =
  | "network"
  | "timeout"
  | "status"
  | "redirect"
  | "answer-too-large"
  | "wrong-content-type"
  | "invalid-answer"
  | "overloaded"
  | "cancelled"
  | "stopped";

/** A hook gave no usable answer. */
export class HookError extends Error {
  override readonly name = "HookError";
  readonly code: HookFailure;
  /** HTTP status, if it came so far. */
  readonly status: number | undefined;

  constructor(code: HookFailure, message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

/** Why a signal was aborted: its own reason, if that is one of a hook. */
export function abortReason({ reason }: AbortSignal): HookError {
  return reason instanceof HookError ? reason : new HookError("cancelled", "the answer is no longer wanted");
}

/** What is sent. */
export interface HookRequest {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  /** Not sent with GET. */
  readonly body: string;
}

/** What came back: its head and all of its body. */
export interface HookResponse {
  readonly status: number;
  /** Media type in small letters, without parameters; empty if there is none. */
  readonly contentType: string;
  readonly location: string | undefined;
  readonly body: string;
}

/** Sends HTTP requests over connections that it keeps. Follows no redirects, decompresses nothing. */
export class HookHttp {
  readonly #plain = new PlainAgent({ keepAlive: true, maxFreeSockets: 16 });
  readonly #tls = new TlsAgent({ keepAlive: true, maxFreeSockets: 16 });

  /**
   * One try.
   * @param timeoutMs from now to the last byte of the answer.
   * @throws HookError `network`, `timeout`, `answer-too-large`, or the signal's reason.
   */
  send({ url, method, headers, body }: HookRequest, timeoutMs: number, signal: AbortSignal): Promise<HookResponse> {
    const secure = /^https:/i.test(url);
    const options: RequestOptions = {
      method,
      agent: secure ? this.#tls : this.#plain,
      maxHeaderSize: MAX_HEAD,
      headers: {
        ...headers,
        "user-agent": "rtmp-ingest",
        ...(method === "POST" && { "content-length": String(Buffer.byteLength(body)) }),
      },
    };
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(url, options);
      const fail = (error: HookError): void => {
        settle();
        reject(error);
        request.destroy();
      };
      const timer = setTimeout(() => fail(new HookError("timeout", `no answer within ${timeoutMs} ms`)), timeoutMs);
      const cancel = (): void => fail(abortReason(signal));
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", cancel);
      };
      signal.addEventListener("abort", cancel, { once: true });
      if (signal.aborted) cancel();
      request.on("error", (cause) => fail(new HookError("network", wordsOf(cause), undefined, { cause })));
      request.on("response", (response) => {
        readAnswer(response).then((answer) => {
          settle();
          resolve(answer);
        }, fail);
      });
      request.end(method === "POST" ? body : undefined);
    });
  }

  /** Ends the connections that wait for more to do. */
  close(): void {
    this.#plain.destroy();
    this.#tls.destroy();
  }
}

/** @throws HookError `network` or `answer-too-large`. */
async function readAnswer(response: IncomingMessage): Promise<HookResponse> {
  const { statusCode: status = 0, headers } = response;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MAX_ANSWER) throw new HookError("answer-too-large", `more than ${MAX_ANSWER} bytes`, status);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof HookError) throw cause;
    throw new HookError("network", wordsOf(cause), status, { cause });
  }
  const [contentType = ""] = (headers["content-type"] ?? "").split(";", 1);
  return {
    status,
    contentType: contentType.trim().toLowerCase(),
    location: headers.location,
    body: Buffer.concat(chunks, length).toString("utf8"),
  };
}

/** The system's code if there is one: its message would name the host only. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
