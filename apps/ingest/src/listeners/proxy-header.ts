import { isIPv4, isIPv6 } from "node:net";

/** What a balancer says of the connection that it passes on. */
export interface ProxyHeader {
  /** Bytes of the header; what follows is the client's. */
  readonly length: number;
  /** The client; absent where the balancer speaks for itself (a health check), or of no address that we know. */
  readonly source?: { readonly address: string; readonly port: number };
}

/** The header is none of PROXY protocol 1 or 2, or longer than it may be. */
export class ProxyHeaderError extends Error {
  override readonly name = "ProxyHeaderError";
}

/** Longest header of version 1, in bytes, with its line end. */
const MAX_V1 = 107;
/** Longest part behind the fixed one of version 2, in bytes: addresses, and what else a balancer adds. It could name 65 535. */
const MAX_V2_REST = 4096;
/** The longest header that there is, in bytes. */
export const MAX_PROXY_HEADER = 16 + MAX_V2_REST;

const V1_START = [..."PROXY "].map((char) => char.charCodeAt(0));
const V2_START = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const CR = 0x0d;
const LF = 0x0a;

/** Commands of version 2: the balancer's own connection, and that of a client. */
const LOCAL = 0;
const PROXY = 1;
/** Families and transports of version 2, with the bytes of their addresses and ports. */
const TCP4 = 0x11;
const TCP6 = 0x21;
const ADDRESS_BYTES = new Map([
  [0x00, 0], // unspecified
  [TCP4, 12],
  [TCP6, 36],
  [0x31, 216], // a Unix socket
]);

/**
 * Reads the header of the PROXY protocol, version 1 or 2, at the start of a connection.
 * @param bytes all that has come so far.
 * @returns undefined until the whole header is there.
 * @throws ProxyHeaderError as soon as it can be none.
 */
export function parseProxyHeader(bytes: Uint8Array): ProxyHeader | undefined {
  if (bytes.length === 0) return undefined;
  if (beginsLike(bytes, V2_START)) return bytes.length < 16 ? checkStart(bytes) : parseV2(bytes);
  if (beginsLike(bytes, V1_START)) return parseV1(bytes);
  throw new ProxyHeaderError("no header of the PROXY protocol");
}

/** Whether what is there of the start is right. */
function beginsLike(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, index) => index >= bytes.length || bytes[index] === byte);
}

// ---- version 1: a line of text ----

function parseV1(bytes: Uint8Array): ProxyHeader | undefined {
  const end = bytes.subarray(0, MAX_V1).indexOf(LF);
  if (end < 0) {
    if (bytes.length >= MAX_V1) throw new ProxyHeaderError(`no end of the header within ${MAX_V1} bytes`);
    return undefined;
  }
  if (bytes[end - 1] !== CR) throw new ProxyHeaderError("the header does not end with CR LF");
  const length = end + 1;
  const words = Array.from(bytes.subarray(0, end - 1), (byte) => String.fromCharCode(byte))
    .join("")
    .split(" ");
  const [, family, address = "", destination = "", port = "", destinationPort = "", ...rest] = words;
  if (family === "UNKNOWN") return { length }; // whatever follows is to be ignored
  const isAddress = family === "TCP4" ? isIPv4 : family === "TCP6" ? isIPv6 : undefined;
  if (isAddress === undefined) throw new ProxyHeaderError("neither TCP4, TCP6 nor UNKNOWN");
  if (rest.length > 0 || !isAddress(address) || !isAddress(destination)) {
    throw new ProxyHeaderError(`no two addresses of ${family} and two ports`);
  }
  toPort(destinationPort);
  return { length, source: { address, port: toPort(port) } };
}

function toPort(digits: string): number {
  const port = /^(0|[1-9]\d{0,4})$/.test(digits) ? Number(digits) : Number.NaN;
  if (port <= 0xffff) return port;
  throw new ProxyHeaderError("a port that is no number from 0 to 65535");
}

// ---- version 2: binary ----

/** What of the fixed part is there must be right; the rest is still to come. */
function checkStart(bytes: Uint8Array): undefined {
  const [versionAndCommand, family] = bytes.subarray(12);
  if (versionAndCommand !== undefined) commandOf(versionAndCommand);
  if (family !== undefined) addressBytesOf(family);
  return undefined;
}

function parseV2(bytes: Uint8Array): ProxyHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const command = commandOf(view.getUint8(12));
  const family = view.getUint8(13);
  const addressBytes = addressBytesOf(family);
  const rest = view.getUint16(14);
  if (rest > MAX_V2_REST) throw new ProxyHeaderError(`a header of ${16 + rest} bytes, more than ${MAX_PROXY_HEADER}`);
  if (command === PROXY && rest < addressBytes) throw new ProxyHeaderError(`${rest} bytes can not hold the addresses`);
  const length = 16 + rest;
  if (bytes.length < length) return undefined;
  if (command === LOCAL) return { length };
  if (family === TCP4) {
    return { length, source: { address: bytes.subarray(16, 20).join("."), port: view.getUint16(24) } };
  }
  if (family === TCP6) {
    const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(16 + 2 * index).toString(16));
    return { length, source: { address: groups.join(":"), port: view.getUint16(48) } };
  }
  return { length };
}

function commandOf(byte: number): number {
  const command = byte & 0x0f;
  if (byte >> 4 !== 2) throw new ProxyHeaderError(`version ${byte >> 4} of the binary header`);
  if (command !== LOCAL && command !== PROXY) throw new ProxyHeaderError(`command ${command}`);
  return command;
}

function addressBytesOf(family: number): number {
  const length = ADDRESS_BYTES.get(family);
  if (length === undefined) throw new ProxyHeaderError(`family and transport 0x${family.toString(16)}`);
  return length;
}
