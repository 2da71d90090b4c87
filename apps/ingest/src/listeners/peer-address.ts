import { isIPv6, type Socket } from "node:net";

/** Who is at the other end: the client itself where a balancer has said so. */
export interface Peer {
  /** Address without port; IPv4 as IPv4, also where it came in IPv6. Empty if it is not known. */
  readonly address: string;
  readonly port: number;
}

/** The other end of a socket. */
export function peerOf({ remoteAddress = "", remotePort = 0 }: Socket): Peer {
  return { address: plainAddress(remoteAddress), port: remotePort };
}

/** IPv4 that was written as IPv6 (`::ffff:127.0.0.1`) as IPv4. */
export function plainAddress(address: string): string {
  return address.toLowerCase().startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

/**
 * The group that a peer's address counts in: the address itself for IPv4 (also in its IPv6-mapped form), the /64 for
 * IPv6, since one subscriber usually has all of that.
 */
export function addressGroup(address: string): string {
  if (!address.includes(":")) return address;
  const plain = address.split("%", 1)[0] ?? ""; // fe80::1%eth0
  if (!isIPv6(plain)) return plain;
  const groups = expandIPv6(plain);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6);
    return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** For logs: `127.0.0.1:4000`, `[::1]:4000`; the IPv6-mapped form of IPv4 as IPv4. */
export function peerLabel(address: string | undefined, port: number | undefined): string {
  if (address === undefined || address === "") return "unknown";
  const plain = plainAddress(address);
  return `${plain.includes(":") ? `[${plain}]` : plain}:${port ?? 0}`;
}

/** The eight 16-bit groups of a valid IPv6 address. */
function expandIPv6(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (dotted !== null) {
    const [, front = "", a, b, c, d] = dotted;
    const pair = (high: string | undefined, low: string | undefined) => (Number(high) * 256 + Number(low)).toString(16);
    return expandIPv6(`${front}${pair(a, b)}:${pair(c, d)}`);
  }
  const [front = "", back] = address.split("::", 2);
  const parse = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const head = parse(front);
  const tail = parse(back ?? "");
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}
