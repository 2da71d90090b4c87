import { z } from "zod";
import type { Flag } from "./flag.js";
import { bytes, duration } from "./values.js";

const KIB = 1024;
const MIB = 1024 * KIB;

/** What players get. */
export const playSection = z
  .strictObject({
    /** How long a player waits for a stream that is not published; 0 refuses it at once. */
    waitMs: duration(0, 600_000).default(2000),
    /** Bytes that may wait for one player before it loses frames up to the next keyframe. */
    queueBytes: bytes(64 * KIB).default(8 * MIB),
    /** Bytes of the current group of pictures that are kept for players to start from; 0 keeps none. */
    gopBytes: bytes(0).default(8 * MIB),
    /** How long a group of pictures may be to be kept. */
    gopMs: duration(0).default(15_000),
    /** How long sound may wait for the next picture, to be written to players with it; 0 writes each at once. */
    gatherMs: duration(0, 1000).default(20),
    /** How long pictures too may wait for what follows, to be written to players with it; 0 writes each as it comes. */
    mergedWriteMs: duration(0, 1000).default(0),
  })
  .prefault({});

export const playFlags: readonly Flag[] = [
  {
    name: "gop-cache",
    value: "BYTES",
    key: "play.gopBytes",
    help: "keep this much of the current GOP, for players to start at once; 0: off (8M)",
  },
  { name: "gop-length", value: "TIME", key: "play.gopMs", help: "keep a GOP up to this length (15s)" },
  {
    name: "player-queue",
    value: "BYTES",
    key: "play.queueBytes",
    help: "what may wait for a slow player before it loses frames (8M)",
  },
  {
    name: "gather",
    value: "TIME",
    key: "play.gatherMs",
    help: "let sound wait so long for a picture, to be sent with it: less work (20ms)",
  },
  {
    name: "merged-write",
    value: "TIME",
    key: "play.mergedWriteMs",
    help: "let pictures wait so long for the next, to be sent with it: less work (0)",
  },
  {
    name: "play-wait",
    value: "TIME",
    key: "play.waitMs",
    help: "how long a player waits for a stream that is not there (2s)",
  },
];
