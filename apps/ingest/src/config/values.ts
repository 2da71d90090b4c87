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

/** A listen address, or text for {@link parseListenAddress}. */
export const listenAddress: z.ZodType<ListenAddress, ListenAddress | string> = z
  .union([z.string(), z.strictObject({ host: z.string().min(1).optional(), port: z.int().min(0).max(65_535) })], {
    error: "must be [HOST:]PORT",
  })
  .transform((value, context) => {
    const address = typeof value === "string" ? parseListenAddress(value) : value;
    if (address !== undefined) return address;
    context.addIssue({ code: "custom", message: "must be [HOST:]PORT, such as 1935, 127.0.0.1:1935 or [::1]:1935" });
    return z.NEVER;
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
