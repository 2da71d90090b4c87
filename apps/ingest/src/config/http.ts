import { z } from "zod";
import type { Flag } from "./flag.js";
import { listenAddress, MAX_COUNT, secret, wholeNumber } from "./values.js";

/** Shorter tokens could be guessed, others not be sent in a header. */
const TOKEN = /^[\x21-\x7e]{8,1024}$/;

/** An origin as browsers send it, `https://example.org:8443`, or `*` for any. */
const origin = z.string().transform((value, context) => {
  if (value === "*") return value;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  // An opaque origin ("null") would let in every sandboxed page.
  if (url !== undefined && url.origin !== "null" && url.pathname === "/" && url.search === "") return url.origin;
  context.addIssue({ code: "custom", message: "must be * or an origin, such as https://example.org" });
  return z.NEVER;
});

/** The HTTP side: watching, API, metrics and the web page, all at one address. Off without `listen`. */
export const httpSection = z
  .strictObject({
    /** Where HTTP is spoken. Without a host on loopback alone, or everywhere if there is a token. */
    listen: listenAddress.optional(),
    /** Who knows it may use the API, the metrics and the page. Watching asks for none: that is the gate's to decide. */
    token: secret(z.string().regex(TOKEN, "must have at least 8 characters of ASCII, without spaces")).optional(),
    /** Origins whose pages may play the streams, and, where there is a token, use the API with it. */
    cors: z.array(origin).default([]),
    /** Connections at once, viewers among them. */
    connections: wholeNumber(1, MAX_COUNT).default(4096),
    /** Of these, connections of one address (IPv6: one /64); loopback, where a proxy would be, is not counted. */
    perAddress: wholeNumber(1, MAX_COUNT).default(256),
    /** So many streams have gauges of their own among the metrics; 0: none. */
    metricsStreams: wholeNumber(0, 10_000).default(100),
  })
  .prefault({});

/** What {@link httpSection} makes of its input. */
export type HttpConfig = z.output<typeof httpSection>;

export const httpFlags: readonly Flag[] = [
  {
    name: "http",
    value: "[HOST:]PORT",
    key: "http.listen",
    help: "watch, API and web page by HTTP there (off)",
  },
  { name: "http-token", value: "TOKEN", key: "http.token", help: "who knows it may use API and page (none: loopback)" },
  {
    name: "cors",
    value: "ORIGIN",
    key: "http.cors",
    help: "pages of this origin may play streams; *: all; again for more",
    multiple: true,
  },
  { name: "http-max-connections", value: "N", key: "http.connections", help: "HTTP connections at once (4096)" },
  { name: "http-max-per-address", value: "N", key: "http.perAddress", help: "of these, from one address (256)" },
  {
    name: "metrics-streams",
    value: "N",
    key: "http.metricsStreams",
    help: "so many streams have gauges of their own in /metrics; 0: none (100)",
  },
];
