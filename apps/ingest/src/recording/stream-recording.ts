import type { StreamSubscriber } from "../hub/live-stream.js";
import type { MediaPacket } from "../hub/media-packet.js";
import type { Recorder } from "./recorder.js";

/** What one stream is recorded with: a recorder for each container. */
export class StreamRecording implements StreamSubscriber {
  readonly patient = true;
  /** FLV is written from copies of its own; MP4 waits for the end of a fragment. */
  readonly keepsFrames: boolean;
  readonly recorders: readonly Recorder[];
  readonly #onEnded: () => void;

  /** @param onEnded called when the stream is over, before the files are closed. */
  constructor(recorders: readonly Recorder[], onEnded: () => void) {
    this.recorders = recorders;
    this.keepsFrames = recorders.some(({ format }) => format !== "flv"); // once: it is asked with each packet
    this.#onEnded = onEnded;
  }

  get heldBytes(): number {
    return this.recorders.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
  }
  /** Whether a recorder still takes packets: each ends by itself when it fails. */
  get running(): boolean {
    return this.recorders.some(({ running }) => running);
  }

  packet(packet: MediaPacket, entry: boolean): void | Promise<void> {
    let wait: Promise<void> | undefined;
    for (const recorder of this.recorders) {
      const room = recorder.packet(packet, entry);
      if (room !== undefined) wait = wait === undefined ? room : Promise.all([wait, room]).then(() => {});
    }
    return wait;
  }

  async end(): Promise<void> {
    this.#onEnded();
    await this.finish("stream-ended");
  }

  /** Closes the files. Resolves when that is done, or given up. */
  async finish(reason: "stream-ended" | "stopped"): Promise<void> {
    await Promise.all(this.recorders.map((recorder) => recorder.end(reason)));
  }
}
