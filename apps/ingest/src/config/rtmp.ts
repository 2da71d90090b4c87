import { z } from "zod";
import { parseNetwork } from "../listeners/trusted-proxies.js";
import type { Flag } from "./flag.js";
import { rtmpAddress } from "./values.js";

const network = z
  .string()
  .refine((text) => parseNetwork(text) !== undefined, { error: "must be an address or a range, such as 10.0.0.0/8" });

/** Where RTMP is spoken. */
export const rtmpSection = z
  .strictObject({
    /** Where RTMP is spoken. */
    listen: z
      .array(rtmpAddress)
      .min(1, "must name at least one address")
      .default([{ port: 1935 }]),
    /** Whether trusted balancers send the PROXY protocol; an address of `listen` may say otherwise for itself. For RTMPS too. */
    proxyProtocol: z.boolean().default(false),
    /** Balancers that are believed. Others are served as who they are. */
    trustedProxies: z.array(network).max(1024).default([]),
  })
  .prefault({});

export const rtmpFlags: readonly Flag[] = [
  {
    name: "rtmp",
    value: "[HOST:]PORT",
    key: "rtmp.listen",
    help: "listen for RTMP there; again for more (1935)",
    multiple: true,
  },
  { name: "proxy-protocol", key: "rtmp.proxyProtocol", help: "trusted balancers send the PROXY protocol, 1 or 2" },
  {
    name: "trusted-proxy",
    value: "ADDRESS[/BITS]",
    key: "rtmp.trustedProxies",
    help: "a balancer that is believed; again for more",
    multiple: true,
  },
];
