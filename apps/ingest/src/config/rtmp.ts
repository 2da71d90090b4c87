import { z } from "zod";
import type { Flag } from "./flag.js";
import { listenAddress } from "./values.js";

/** Where RTMP is spoken. */
export const rtmpSection = z
  .strictObject({
    /** Where RTMP is spoken. */
    listen: z
      .array(listenAddress)
      .min(1, "must name at least one address")
      .default([{ port: 1935 }]),
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
];
