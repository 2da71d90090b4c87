import type { StreamId } from "../hub/stream-id.js";

/** Containers that recordings can have. */
export type RecordingFormat = "flv" | "mp4";

/**
 * Why a recording ended before its stream: no progress for too long, an error of the file system, or timestamps and
 * configurations that ask for a new file too often.
 */
export type RecordingFailure = "recording-stalled" | "recording-write-failed" | "recording-too-many-files";

/** Why the next file of a recording was begun. */
export type CutReason = "split-duration" | "split-size" | "timestamps" | "codec-changed";

/** Why a file ended: the stream was over, somebody stopped the recording, another file goes on, or it failed. */
export type RecordingEndReason = "stream-ended" | "stopped" | CutReason | RecordingFailure;

/** A track that a file holds. What is not known of it is absent. */
export interface RecordingTrack {
  readonly kind: "audio" | "video";
  /** 0 unless the publisher numbers its tracks. */
  readonly trackId: number;
  /** RFC 6381 where that is known (`avc1.64001f`), else the FourCC or the name of a legacy codec. */
  readonly codec: string;
  readonly width?: number;
  readonly height?: number;
  /** In Hz. */
  readonly sampleRate?: number;
  readonly channels?: number;
  /** Coded frames in the file. */
  readonly frames: number;
}

/** One file of a recording. */
export interface RecordingInfo {
  readonly id: StreamId;
  readonly format: RecordingFormat;
  /** Path of the file. */
  readonly path: string;
  /** When the file was begun. */
  readonly startedAt: Date;
  /** Length of the file. */
  readonly bytes: number;
  /** Its media time: the latest timestamp in it, in ms. */
  readonly mediaMs: number;
}

/** One file of a recording that is written. */
export interface ClosedFile extends RecordingInfo {
  readonly endedAt: Date;
  /** From its first frame to its last, in ms. */
  readonly durationMs: number;
  /** What has to be added to the file's timestamps to have the stream's, in ms. */
  readonly offsetMs: number;
  readonly tracks: readonly RecordingTrack[];
  /** Whether the file is complete: false if writing failed. */
  readonly clean: boolean;
  readonly reason: RecordingEndReason;
}

/** A track that a container can not take. */
export interface LeftOutTrack {
  readonly kind: "audio" | "video";
  readonly trackId: number;
  /** FourCC or name of a legacy codec, if it has one. */
  readonly codec: string | undefined;
  /** For people. */
  readonly reason: string;
}
