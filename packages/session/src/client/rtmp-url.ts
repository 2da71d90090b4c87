import { ClientError } from "./client-error.js";

/** Where a stream is published or played. */
export interface RtmpUrl {
  readonly protocol: "rtmp" | "rtmps";
  /** Name or address; an IPv6 address without its brackets. */
  readonly host: string;
  /** 1 to 65535; 1935 or, for `rtmps`, 443 if the URL names none. */
  readonly port: number;
  /** `app` of connect, with its query if it has one. */
  readonly app: string;
  /** Name of the stream, with its query: often a secret. `undefined` if the URL ends before it. */
  readonly streamName: string | undefined;
  /** URL of the application, as connect sends it: without credentials and stream name. */
  readonly tcUrl: string;
  /** As written: nothing is percent-decoded. */
  readonly user: string | undefined;
  readonly password: string | undefined;
}

const DEFAULT_PORTS = { rtmp: 1935, rtmps: 443 } as const;

/**
 * Reads an `rtmp://` or `rtmps://` URL as people write them. Nothing is percent-decoded: servers want what was written.
 *
 * The first part of the path is the application; if there are three or more, the first two are, as FFmpeg and librtmp
 * have it (`app/instance/key`), unless a colon begins a name such as `mp4:dir/file` in the second. What follows is the
 * stream name, slashes included. A `?` in the first part begins the application's query, up to the next slash; one
 * further on belongs to the stream name to the end. Doubled and trailing slashes do not count.
 *
 * @throws ClientError `bad-url`; its message names what is wrong and repeats nothing that could be secret.
 */
export function parseRtmpUrl(text: string): RtmpUrl {
  const { protocol, authority, path } = splitUrl(text);
  const { user, password, host, port } = splitAuthority(authority, DEFAULT_PORTS[protocol]);
  const { app, streamName } = splitPath(path);
  if (app === "") throw badUrl("it names no application (rtmp://host/app/key)");
  const tcUrl = `${protocol}://${hostAndPort(protocol, host, port)}/${app}`;
  return { protocol, host, port, app, streamName, tcUrl, user, password };
}

/**
 * A URL fit for logs: the password, the stream name and every query become `***`. What is no RTMP URL becomes
 * `(not an RTMP URL)`.
 */
export function redactRtmpUrl(url: string | RtmpUrl): string {
  let parsed: RtmpUrl;
  try {
    parsed = typeof url === "string" ? parseRtmpUrl(url) : url;
  } catch {
    return "(not an RTMP URL)";
  }
  const { protocol, host, port, user, password, app, streamName } = parsed;
  const credentials = user === undefined ? "" : `${user}${password === undefined ? "" : ":***"}@`;
  const mark = app.indexOf("?");
  const shownApp = mark < 0 ? app : `${app.slice(0, mark)}?***`;
  const name = streamName === undefined ? "" : "/***";
  return `${protocol}://${credentials}${hostAndPort(protocol, host, port)}/${shownApp}${name}`;
}

/**
 * Where a ReconnectRequest sends the client (Enhanced RTMP v2): `reference` may be a whole URL, begin with `//` or `/`,
 * be a name beside the last part of the application, or be absent for the same place. Stream name and credentials
 * stay: a `tcUrl` has neither.
 * @throws ClientError `bad-url` if the result is no RTMP URL.
 */
export function resolveTcUrl(base: RtmpUrl, reference: string | undefined): RtmpUrl {
  if (reference === undefined || reference.trim() === "") return base;
  const { protocol, authority, path } = splitUrl(absolute(base, reference.trim()));
  const { host, port } = splitAuthority(authority, DEFAULT_PORTS[protocol]);
  const app = path.replace(/^\/+|\/+$/g, "") || base.app;
  return { ...base, protocol, host, port, app, tcUrl: `${protocol}://${hostAndPort(protocol, host, port)}/${app}` };
}

function absolute({ protocol, host, port, app }: RtmpUrl, reference: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(reference)) return reference;
  if (reference.startsWith("//")) return `${protocol}:${reference}`;
  const origin = `${protocol}://${hostAndPort(protocol, host, port)}`;
  if (reference.startsWith("/")) return origin + reference;
  const [path = ""] = app.split("?", 1);
  if (reference.startsWith("?")) return `${origin}/${path}${reference}`;
  return `${origin}/${path.slice(0, path.lastIndexOf("/") + 1)}${reference}`;
}

function splitUrl(text: string): { protocol: RtmpUrl["protocol"]; authority: string; path: string } {
  const [, scheme, rest] = /^\s*([a-z][a-z0-9+.-]*):\/\/(\S*)\s*$/i.exec(text) ?? [];
  if (scheme === undefined || rest === undefined) {
    throw badUrl(/\S\s+\S/.test(text) ? "it has a space in it" : "it does not begin with rtmp:// or rtmps://");
  }
  const protocol = scheme.toLowerCase();
  if (protocol !== "rtmp" && protocol !== "rtmps") throw badUrl("only rtmp:// and rtmps:// are known here");
  const end = rest.search(/[/?]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  return { protocol, authority, path: end < 0 ? "" : rest.slice(end) };
}

function splitAuthority(authority: string, defaultPort: number): Pick<RtmpUrl, "user" | "password" | "host" | "port"> {
  const at = authority.lastIndexOf("@"); // passwords may contain one
  const [user, password] = at < 0 ? [undefined, undefined] : splitAt(authority.slice(0, at), ":");
  const [, bracketed, bare, colon, digits] =
    /^(?:\[([0-9a-f:.]+(?:%[^\]]+)?)\]|([^:[\]]*))(:?)(.*)$/i.exec(authority.slice(at + 1)) ?? [];
  const host = bracketed ?? bare;
  if (host === undefined || (colon === "" && digits !== "")) throw badUrl("its host is malformed");
  if (host === "") throw badUrl("it names no host");
  if (bracketed === undefined && digits?.includes(":")) throw badUrl("an IPv6 address needs brackets, as in [::1]");
  const port = digits === "" || digits === undefined ? defaultPort : /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  if (port < 1 || port > 65_535) throw badUrl("its port is not a number from 1 to 65535");
  return { user: user || undefined, password, host, port };
}

function splitPath(path: string): Pick<RtmpUrl, "app" | "streamName"> {
  const trimmed = path.replace(/^\/+/, "");
  const [first, rest] = splitAt(trimmed, "/");
  const behind = rest?.replace(/^\/+/, "") ?? "";
  const mark = behind.indexOf("?");
  const name = (mark < 0 ? behind : behind.slice(0, mark)).replace(/\/+$/, "");
  const query = mark < 0 ? "" : behind.slice(mark);
  const [second = "", third] = splitAt(name, "/");
  if (third === undefined || first.includes("?") || second.includes(":")) {
    return { app: first, streamName: name + query || undefined };
  }
  return { app: `${first}/${second}`, streamName: third.replace(/^\/+/, "") + query };
}

/** The text before the first separator and the text behind it, if there is one. */
function splitAt(text: string, separator: string): [before: string, behind: string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

function hostAndPort(protocol: RtmpUrl["protocol"], host: string, port: number): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === DEFAULT_PORTS[protocol] ? name : `${name}:${port}`;
}

function badUrl(what: string): ClientError {
  return new ClientError("bad-url", `This is no RTMP URL: ${what}.`);
}
