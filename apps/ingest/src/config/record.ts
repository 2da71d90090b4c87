import { z } from "zod";
import type { Flag } from "./flag.js";
import { bytes, duration } from "./values.js";

const KIB = 1024;
const MIB = 1024 * KIB;

/** Recordings. */
export const recordSection = z
  .strictObject({
    /** Folder for recordings; without one nothing is recorded. */
    directory: z.string().min(1, "must name a folder").optional(),
    /** What one recording may keep in memory before its publisher is paused. */
    queueBytes: bytes(64 * KIB).default(16 * MIB),
    /** How long the disk may make no progress before the recording ends. */
    stallMs: duration(100).default(10_000),
    /** How long small packets are gathered before they are written. */
    flushMs: duration(0, 10_000).default(100),
  })
  .prefault({});

export const recordFlags: readonly Flag[] = [
  {
    name: "record",
    value: "DIR",
    key: "record.directory",
    help: "record every publish to DIR/<app>/<stream>/<UTC time>.flv",
  },
  {
    name: "record-queue",
    value: "BYTES",
    key: "record.queueBytes",
    help: "bytes of one stream that may wait for the disk (16M)",
  },
];
