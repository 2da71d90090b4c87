import { totalmem } from "node:os";
import { z } from "zod";
import { defaultMemoryBudget } from "../listeners/memory-budget.js";
import type { Flag } from "./flag.js";
import { bytes, MAX_COUNT, wholeNumber } from "./values.js";

const MIB = 1024 * 1024;

/** How many connections there may be, and what is held for them. */
export const limitsSection = z
  .strictObject({
    /** Connections at once. */
    connections: wholeNumber(1, MAX_COUNT).default(4096),
    /** Of these, connections whose publish or play was not accepted yet. */
    pending: wholeNumber(1, MAX_COUNT).default(512),
    /** Of those, connections of one address (IPv6: one /64). */
    pendingPerAddress: wholeNumber(1, MAX_COUNT).default(128),
    /** Connections of one address (IPv6: one /64), those that publish and play included; without it as many as of all. */
    perAddress: wholeNumber(1, MAX_COUNT).optional(),
    /** Bytes held for all peers together. */
    heldBytes: bytes(MIB).default(() => defaultMemoryBudget(availableMemory())),
  })
  .prefault({});

export const limitsFlags: readonly Flag[] = [
  { name: "max-connections", value: "N", key: "limits.connections", help: "connections at once (4096)" },
  {
    name: "max-pending",
    value: "N",
    key: "limits.pending",
    help: "of these, neither publishing nor playing yet (512)",
  },
  {
    name: "max-pending-per-address",
    value: "N",
    key: "limits.pendingPerAddress",
    help: "of those, from one address or IPv6 /64 (128)",
  },
  {
    name: "max-per-address",
    value: "N",
    key: "limits.perAddress",
    help: "connections of one address or IPv6 /64 (no bound)",
  },
  {
    name: "memory-budget",
    value: "BYTES",
    key: "limits.heldBytes",
    help: "bytes held for all peers (1/4 of memory, at most 2G)",
  },
];

/** Bytes of memory for this process: the machine's, or the container's share of it. */
function availableMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained !== undefined && constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
