import { ChunkDecoder, type ChunkMessage } from "@rtmp/chunk";
import { vi } from "vitest";
import { RawClient } from "../../src/testing/raw-client.js";

/** S0, S1 and S2. */
const HANDSHAKE_LENGTH = 3073;
/** User control event: the stream is over (RTMP 7.1.7). */
const STREAM_EOF = 1;

/** An RTMP player that does as a test says, and keeps what it gets. */
export class ScriptedPlayer {
  readonly client: RawClient;
  readonly #isOver: () => boolean;

  private constructor(client: RawClient, isOver: () => boolean) {
    this.client = client;
    this.#isOver = isOver;
  }

  /**
   * Asks for a stream; waits until the request is sent, not until there is an answer.
   * @param onMedia told each audio, video and data message.
   */
  static async join(port: number, name: string, onMedia: (message: ChunkMessage) => void): Promise<ScriptedPlayer> {
    const decoder = new ChunkDecoder();
    let handshake = HANDSHAKE_LENGTH;
    let over = false;
    const client = await RawClient.open(port, "live", (bytes) => {
      const rest = bytes.subarray(Math.min(handshake, bytes.length));
      handshake -= bytes.length - rest.length;
      decoder.push(rest);
      for (let message = decoder.read(); message !== undefined; message = decoder.read()) {
        const { messageTypeId: type, payload } = message;
        if (type === 4 && payload[1] === STREAM_EOF) over = true;
        if (type === 8 || type === 9 || type === 18) onMedia(message);
      }
    });
    client.command(1, "play", 3, null, name);
    return new ScriptedPlayer(client, () => over);
  }

  /** Waits for the end of the stream. */
  ends(): Promise<void> {
    return until("the stream is over", this.#isOver);
  }

  leave(): void {
    this.client.socket.destroy();
  }
}

/** Waits until something is true. */
export async function until(what: string, isTrue: () => boolean, limitMs = 15_000): Promise<void> {
  await vi.waitFor(
    () => {
      if (!isTrue()) throw new Error(`not yet: ${what}`);
    },
    { timeout: limitMs, interval: 5 },
  );
}
