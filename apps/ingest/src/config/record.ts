import { z } from "zod";
import { DEFAULT_NAME, MANIFEST_NAME, nameTemplateProblem } from "../recording/name-template.js";
import type { Flag } from "./flag.js";
import { bytes, duration, filePath, onOff } from "./values.js";

const KIB = 1024;
const MIB = 1024 * KIB;

/** Recordings. */
export const recordSection = z
  .strictObject({
    /** Folder for recordings; without one nothing is recorded. */
    directory: filePath("must name a folder").optional(),
    /** Which streams: all, or those that are asked for (by a hook's answer, by the API). */
    when: z.enum(["always", "manual"], { error: "must be always or manual" }).default("always"),
    /** Containers; `both` writes each file twice. */
    format: z.enum(["flv", "mp4", "both"], { error: "must be flv, mp4 or both" }).default("flv"),
    /** Length after which the next keyframe begins another file; without one as long as the stream. */
    splitMs: duration(1000).optional(),
    /** Size after which the next keyframe begins another file. */
    splitBytes: bytes(64 * KIB).optional(),
    /** Path of a file below the folder, with placeholders. */
    name: z
      .string()
      .superRefine((template, context) => {
        const problem = nameTemplateProblem(template);
        if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
      })
      .default(DEFAULT_NAME),
    /** Whether finished files are listed in a manifest. */
    manifest: onOff().default(true),
    /** What finished files are hashed with. */
    hash: z.enum(["sha256", "none"], { error: "must be sha256 or none" }).default("sha256"),
    /** What one recording may keep in memory before its publisher is paused. */
    queueBytes: bytes(64 * KIB).default(16 * MIB),
    /** How long the disk may make no progress before the recording ends. */
    stallMs: duration(100).default(10_000),
    /** How long small packets are gathered before they are written. */
    flushMs: duration(0, 10_000).default(250),
  })
  .prefault({});

export const recordFlags: readonly Flag[] = [
  { name: "record", value: "DIR", key: "record.directory", help: "record every publish below DIR, a folder a stream" },
  { name: "record-format", value: "flv|mp4|both", key: "record.format", help: "containers of recordings (flv)" },
  {
    name: "record-split",
    value: "TIME",
    key: "record.splitMs",
    help: "begin another file at the first keyframe after so long",
  },
  { name: "record-split-size", value: "BYTES", key: "record.splitBytes", help: "likewise, after so many bytes" },
  {
    name: "record-name",
    value: "PATH",
    key: "record.name",
    help: `name of files below DIR (${DEFAULT_NAME})`,
  },
  {
    name: "record-when",
    value: "always|manual",
    key: "record.when",
    help: "which streams: all, or those asked for by hooks or API (always)",
  },
  {
    name: "record-manifest",
    value: "on|off",
    key: "record.manifest",
    help: `list finished files in DIR/${MANIFEST_NAME} (on)`,
  },
  {
    name: "record-hash",
    value: "sha256|none",
    key: "record.hash",
    help: "what finished files are hashed with (sha256)",
  },
  {
    name: "record-queue",
    value: "BYTES",
    key: "record.queueBytes",
    help: "bytes of one stream that may wait for the disk (16M)",
  },
];
