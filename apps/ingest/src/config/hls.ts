import { z } from "zod";
import type { Flag } from "./flag.js";
import { bytes, duration, filePath, MAX_COUNT, wholeNumber } from "./values.js";

const MIB = 1024 * 1024;

/** HLS, where HTTP is on. */
export const hlsSection = z
  .strictObject({
    /** `demand` makes segments while somebody asks for them, `always` from the start of each stream; `off` none. */
    mode: z.enum(["demand", "always", "off"], { error: "must be demand, always or off" }).default("demand"),
    /** Folder for segments and playlists; without one they are kept in memory. */
    directory: filePath("must name a folder").optional(),
    /** How long segments are to be: the first keyframe after that ends one. */
    segmentMs: duration(500, 60_000).default(2000),
    /** How long a segment may get when keyframes are further apart. */
    maxSegmentMs: duration(1000, 60_000).default(10_000),
    /** Segments in a playlist. It has more while they are shorter than three target durations together. */
    windowSegments: wholeNumber(3, 1000).default(6),
    /** Bytes of one stream, segments and frames that are not in one yet. */
    streamBytes: bytes(2 * MIB).default(128 * MIB),
    /** Bytes of all streams together: above it no further stream begins. */
    totalBytes: bytes(2 * MIB).default(1024 * MIB),
    /** How long segments are made after the last request, with `demand`. */
    idleMs: duration(1000).default(60_000),
    /** How long the playlists of a stream that is over stay. */
    lingerMs: duration(0).default(60_000),
    /** A viewer that asks for no playlist for so long is gone. */
    viewerMs: duration(1000).default(30_000),
    /** Viewers at once. */
    viewers: wholeNumber(1, MAX_COUNT).default(10_000),
  })
  .prefault({});

/** What {@link hlsSection} makes of its input. */
export type HlsConfig = z.output<typeof hlsSection>;

export const hlsFlags: readonly Flag[] = [
  {
    name: "hls",
    value: "demand|always|off",
    key: "hls.mode",
    help: "HLS where HTTP is on: while somebody watches, from the start, never (demand)",
  },
  { name: "hls-dir", value: "DIR", key: "hls.directory", help: "keep HLS segments in this folder (in memory)" },
  { name: "hls-segment", value: "TIME", key: "hls.segmentMs", help: "how long HLS segments are, at the least (2s)" },
  { name: "hls-window", value: "N", key: "hls.windowSegments", help: "segments in an HLS playlist (6)" },
];
