import type { Socket } from "node:net";
import { addressGroup } from "../listeners/peer-address.js";
import { isLoopbackName } from "./same-site.js";

/** Counts connections, in all and by address (IPv6: by /64). */
export class ConnectionLimit {
  readonly #byGroup = new Map<string, number>();
  readonly #limits: () => { readonly connections: number; readonly perAddress: number };
  #total = 0;

  /** @param limits asked at each connection: they can change. */
  constructor(limits: () => { readonly connections: number; readonly perAddress: number }) {
    this.#limits = limits;
  }

  /** Connections at this moment. */
  get total(): number {
    return this.#total;
  }

  /** Counts a connection until it closes. @returns false if it is one too many: then it is not counted. */
  admit(socket: Socket): boolean {
    const { connections, perAddress } = this.#limits();
    const group = addressGroup(socket.remoteAddress ?? "");
    const ofGroup = this.#byGroup.get(group) ?? 0;
    // A proxy on this machine brings everybody's connections.
    const exempt = isLoopbackName(group) || group === "0:0:0:0::/64";
    if (this.#total >= connections || (!exempt && ofGroup >= perAddress)) return false;
    this.#total++;
    this.#byGroup.set(group, ofGroup + 1);
    socket.once("close", () => {
      this.#total--;
      const left = (this.#byGroup.get(group) ?? 1) - 1;
      if (left === 0) this.#byGroup.delete(group);
      else this.#byGroup.set(group, left);
    });
    return true;
  }
}
