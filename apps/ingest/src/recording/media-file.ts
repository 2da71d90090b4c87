import type { RecordingFs } from "./recording-fs.js";
import type { RecordingTrack } from "./recording-info.js";
import type { PlacedPacket } from "./write-queue.js";

/** One file of a recording while it is written, whatever its container. */
export interface MediaFile {
  /** Undefined until there was something to write. */
  readonly path: string | undefined;
  /** Length in bytes, up to the end of the last whole tag or fragment. */
  readonly length: number;
  /** Latest timestamp in the file, in ms. */
  readonly mediaMs: number;
  /** From its first frame to its last, in ms. */
  readonly durationMs: number;
  readonly tracks: readonly RecordingTrack[];
  /** Bytes of packets that it was given and has not written yet. */
  readonly heldBytes: number;
  /** Takes packets in order. */
  append(packets: readonly PlacedPacket[]): Promise<void>;
  /** Completes and closes the file. Without media there is none. */
  close(): Promise<void>;
  /** After an error: leaves behind what is whole, or no file. Never rejects. */
  abandon(fs: RecordingFs): Promise<void>;
}
