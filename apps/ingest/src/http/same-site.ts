import type { IncomingHttpHeaders } from "node:http";
import { isIPv4 } from "node:net";

/**
 * Whether a `Host` names this machine's loopback. A page whose name was pointed at 127.0.0.1 after it was loaded (DNS rebinding) still
 * sends its own name.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  const name = /^(.*?)(?::\d*)?$/.exec(host ?? "")?.[1]?.toLowerCase() ?? "";
  return isLoopbackName(name.startsWith("[") ? name.slice(1, -1) : name);
}

/** Whether a host name or address is loopback's. */
export function isLoopbackName(name: string): boolean {
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1") return true;
  return isIPv4(name) && name.startsWith("127.");
}

/**
 * Whether a request comes from a page of another site, as browsers tell it: such a page could send it with the user's cookie. Programs send neither
 * header.
 */
export function isCrossSite(headers: IncomingHttpHeaders): boolean {
  const site = headers["sec-fetch-site"];
  if (typeof site === "string") return site !== "same-origin" && site !== "none";
  return headers.origin !== undefined && !isSameOrigin(headers.origin, headers.host);
}

/** Whether an `Origin` is that of a page from this host and port. The scheme may differ: a proxy may speak TLS for us. */
export function isSameOrigin(origin: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  // The URL leaves out its scheme's usual port, and so do browsers in Host.
  return url.host === host.toLowerCase();
}
