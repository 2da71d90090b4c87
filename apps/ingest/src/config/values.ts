import { isIP } from "node:net";
import { z } from "zod";

/** Most of anything that is counted. */
export const MAX_COUNT = 1_000_000;

/** Where to listen. Without a host on all addresses, IPv4 and IPv6. */
export interface ListenAddress {
  readonly host?: string | undefined;
  /** 0 lets the system pick a free port. */
  readonly port: number;
}

/** `1935`, `:1935`, `*:1935`, `127.0.0.1:1935`, `localhost:1935`, `[::1]:1935`. Undefined if it is none of these. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([\w.-]+|\*)?):)?(\d{1,5})$/i.exec(text);
  if (match === null) return undefined;
  const [, bracketed, plain, digits] = match;
  const port = Number(digits);
  if (port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) return undefined;
  const host = bracketed ?? plain;
  return host === undefined || host === "*" ? { port } : { host, port };
}

/** What {@link parseListenAddress} would take for it. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  if (host === undefined) return String(port);
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** `10s`, `500ms`, `2m`; a bare number counts seconds. In ms. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text);
  if (match === null) return undefined;
  const unit = match[2] === "ms" ? 1 : match[2] === "m" ? 60_000 : 1000;
  return Math.round(Number(match[1]) * unit);
}

/** `1500000`, `512K`, `64M`, `2G` (powers of 1024). */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMG])?(?:i?B)?$/i.exec(text);
  if (match === null) return undefined;
  const unit = 1024 ** ["", "K", "M", "G"].indexOf((match[2] ?? "").toUpperCase());
  return Math.round(Number(match[1]) * unit);
}

/** What is known of a schema beside its rule. */
export interface Mark {
  /** What may be shown of its value, in errors nothing. */
  readonly secret?: boolean;
  /** How `check-config` shows its value. @defaultValue as it is */
  readonly show?: (value: unknown) => unknown;
  /** A path of a file or folder: in a configuration file relative to that. */
  readonly path?: boolean;
}

/** The schemas that are marked. A schema made of a marked one (`.min(1)`) has its mark, and so has one that wraps it (`.optional()`). */
export const marks = z.registry<Mark>();

/** What stands in place of a secret. */
export const HIDDEN = "…";

/**
 * Marks a schema as that of a secret: its value appears in no error, and `check-config` hides it.
 * @param show what may be shown of it after all, such as the host of a URL. @defaultValue nothing
 */
export function secret<Schema extends z.ZodType>(
  schema: Schema,
  show: (value: unknown) => unknown = () => HIDDEN,
): Schema {
  marks.add(schema, { secret: true, show });
  return schema;
}

/** Path of a file or folder. In a configuration file it is relative to the folder of that file, else to the working directory. */
export function filePath(error: string): z.ZodType<string, string> {
  return z.string(error).min(1, error).register(marks, { path: true });
}

/** A whole number; text as flags and environment variables have it will do. */
export function wholeNumber(min: number, max: number): z.ZodType<number, number | string> {
  const error = `must be a whole number from ${min} to ${max}`;
  return numeric((text) => (/^\d+$/.test(text) ? Number(text) : undefined), min, max, error);
}

/** A number of bytes, or text for {@link parseBytes}. */
export function bytes(min: number, max = Number.MAX_SAFE_INTEGER): z.ZodType<number, number | string> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min} bytes` : `from ${min} to ${max} bytes`;
  return numeric(parseBytes, min, max, `must be a size such as 1500000, 512K, 64M or 2G, ${range}`);
}

/** A number of ms, or text for {@link parseDuration}. */
export function duration(minMs: number, maxMs = 86_400_000): z.ZodType<number, number | string> {
  const error = `must be a time such as 10s, 500ms or 2m (a bare number counts seconds), from ${minMs}ms to ${maxMs}ms`;
  return numeric(parseDuration, minMs, maxMs, error);
}

/** Yes or no, or the words `on` and `off`. */
export function onOff(): z.ZodType<boolean, boolean | "on" | "off"> {
  return z
    .union([z.boolean(), z.enum(["on", "off"])], { error: "must be on or off" })
    .transform((value) => value === true || value === "on");
}

const port = z.int().min(0).max(65_535);
const LISTEN_RULE = "must be [HOST:]PORT, such as 1935, 127.0.0.1:1935 or [::1]:1935";

/** A listen address, text for {@link parseListenAddress}, or a port alone. */
export const listenAddress: z.ZodType<ListenAddress, ListenAddress | string | number> = z
  .union([z.string(), z.number(), z.strictObject({ host: z.string().min(1).optional(), port })], { error: LISTEN_RULE })
  .transform((value, context) => {
    const address = typeof value === "object" ? value : parseListenAddress(String(value));
    if (address !== undefined) return address;
    context.addIssue({ code: "custom", message: LISTEN_RULE });
    return z.NEVER;
  })
  .register(marks, { show: (address) => formatListenAddress(address as ListenAddress) });

/** Where RTMP or RTMPS is spoken. */
export interface RtmpAddress extends ListenAddress {
  /** Whether trusted balancers send the PROXY protocol there. @defaultValue as for all addresses */
  readonly proxyProtocol?: boolean | undefined;
}

/** As {@link listenAddress}; written as an object it may say whether the PROXY protocol is spoken there. */
export const rtmpAddress: z.ZodType<RtmpAddress, RtmpAddress | string | number> = z
  .union([z.strictObject({ host: z.string().min(1).optional(), port, proxyProtocol: z.boolean() }), listenAddress], {
    error: LISTEN_RULE,
  })
  .register(marks, {
    show: (value) => {
      const address = value as RtmpAddress;
      return address.proxyProtocol === undefined ? formatListenAddress(address) : address;
    },
  });

function numeric(
  parse: (text: string) => number | undefined,
  min: number,
  max: number,
  error: string,
): z.ZodType<number, number | string> {
  return z.union([z.number(), z.string()], { error }).transform((value, context) => {
    const number = typeof value === "string" ? parse(value.trim()) : value;
    if (number !== undefined && Number.isInteger(number) && number >= min && number <= max) return number;
    context.addIssue({ code: "custom", message: error });
    return z.NEVER;
  });
}
