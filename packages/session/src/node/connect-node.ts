import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { ClientError } from "../client/client-error.js";
import { parseRtmpUrl, type RtmpUrl } from "../client/rtmp-url.js";
import type { Transport } from "../transport.js";
import { nodeTransport } from "./node-transport.js";

/** How {@link connectNode} connects. */
export interface ConnectNodeOptions {
  /** For name, TCP and TLS together, in ms: `connect-failed`. @defaultValue 10 000 */
  readonly timeoutMs?: number;
  /** Gives up: `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** `rtmps`: certificates to trust instead of the runtime's, PEM. */
  readonly ca?: ConnectionOptions["ca"];
  /** `rtmps`: whether the certificate must be good for the URL's host. @defaultValue true: false lets anybody read the stream */
  readonly rejectUnauthorized?: boolean;
  /** `rtmps`: the name in the certificate and in SNI. @defaultValue the URL's host, unless it is an address */
  readonly servername?: string;
}

/**
 * Opens a connection to the server of a URL: TCP, or TLS for `rtmps`, over the first of the host's addresses that
 * answers. Fits `ClientSession` as it is.
 * @throws ClientError `bad-url`, `connect-failed` with Node's error as its cause, or `aborted`.
 */
export function connectNode(url: string | RtmpUrl, options: ConnectNodeOptions = {}): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const { timeoutMs = 10_000, signal } = options;
    const { protocol, host, port } = typeof url === "string" ? parseRtmpUrl(url) : url;
    if (signal?.aborted === true) throw aborted();
    const tcp = { host, port, allowHalfOpen: true, autoSelectFamily: true };
    const socket: Socket = protocol === "rtmp" ? connectTcp(tcp) : connectTls({ ...tcp, ...tlsOptions(host, options) });
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.off("error", settle);
      if (error === undefined) resolve(nodeTransport(socket));
      else {
        socket.on("error", () => {}); // what else goes wrong with it is nobody's business any more
        socket.destroy();
        reject(error instanceof ClientError ? error : failed(`${error.message || codeOf(error)}`, error));
      }
    };
    const onAbort = (): void => settle(aborted());
    const timer = setTimeout(() => settle(failed(`no answer in ${timeoutMs} ms`)), timeoutMs);
    signal?.addEventListener("abort", onAbort, { once: true });
    socket.once(protocol === "rtmp" ? "connect" : "secureConnect", () => settle());
    socket.on("error", settle);
  });
}

function tlsOptions(host: string, options: ConnectNodeOptions): ConnectionOptions {
  const { ca, rejectUnauthorized = true, servername = isIP(host) === 0 ? host : undefined } = options;
  return { ca, rejectUnauthorized, servername };
}

function failed(why: string, cause?: Error): ClientError {
  return new ClientError("connect-failed", `No connection to the server: ${why}`, cause && { cause });
}
function aborted(): ClientError {
  return new ClientError("aborted", "The connection is no longer wanted.");
}
/** Node's error for several addresses that all failed has no message of its own. */
function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : error.name;
}
