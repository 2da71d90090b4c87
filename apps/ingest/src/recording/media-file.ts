import type { MediaPacket } from "../hub/media-packet.js";
import type { RecordingFs } from "./recording-fs.js";
import type { RecordingTrack } from "./recording-info.js";

/** One file of a recording while it is written, whatever its container. */
export interface MediaFile {
  /** Undefined until there was something to write. */
  readonly path: string | undefined;
  /** Length in bytes on disk, up to the end of the last whole tag or fragment. */
  readonly length: number;
  /** Latest timestamp in the file, in ms. */
  readonly mediaMs: number;
  /** From its first frame to its last, in ms. */
  readonly durationMs: number;
  readonly tracks: readonly RecordingTrack[];
  /** Bytes that {@link write} would write now. */
  readonly writableBytes: number;
  /** Bytes in memory: those, and what is not complete yet. */
  readonly heldBytes: number;
  /** Takes a packet, in order. Its payload is not kept. @param timestamp in the file, ms. */
  push(packet: MediaPacket, timestamp: number): void;
  /** Writes some of what is complete. */
  write(): Promise<void>;
  /** Writes the rest, completes and closes the file. Without media there is none. */
  close(): Promise<void>;
  /** After an error: leaves behind what is whole, or no file. Never rejects. */
  abandon(fs: RecordingFs): Promise<void>;
}
