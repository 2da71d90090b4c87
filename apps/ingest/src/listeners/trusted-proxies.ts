import { BlockList, isIPv4, isIPv6 } from "node:net";

/** A range of addresses: `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.1`. Undefined if the text is none. */
export function parseNetwork(
  text: string,
): { readonly address: string; readonly prefix: number; readonly family: "ipv4" | "ipv6" } | undefined {
  const match = /^([0-9a-f:.]+)(?:\/(\d{1,3}))?$/i.exec(text);
  const address = match?.[1] ?? "";
  const family = isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : undefined;
  if (family === undefined) return undefined;
  const bits = family === "ipv4" ? 32 : 128;
  const prefix = match?.[2] === undefined ? bits : Number(match[2]);
  return prefix <= bits ? { address, prefix, family } : undefined;
}

/** Balancers that are believed when they say whose connection they pass on. */
export class TrustedProxies {
  readonly #networks = new BlockList();

  /** @param networks texts for {@link parseNetwork}; others count for nothing. */
  constructor(networks: readonly string[]) {
    for (const text of networks) {
      const network = parseNetwork(text);
      if (network !== undefined) this.#networks.addSubnet(network.address, network.prefix, network.family);
    }
  }

  /** @param address of a peer, IPv4, IPv6 or IPv4 in IPv6. */
  has(address: string): boolean {
    const plain = address.split("%", 1)[0] ?? "";
    if (isIPv4(plain)) return this.#networks.check(plain, "ipv4");
    return isIPv6(plain) && this.#networks.check(plain, "ipv6");
  }
}
