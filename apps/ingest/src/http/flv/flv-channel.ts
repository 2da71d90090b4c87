/** Why a channel is ended by us: the stream is over, the server stops, or an operator wants it so. */
export type FlvChannelEnd = "unpublish" | "server-stopping" | "kicked";

/** Why a channel is cut by us: the viewer takes or answers nothing, or memory is short. */
export type FlvChannelCut = "write-timeout" | "ping-timeout" | "memory-budget";

/** The way to one viewer: an HTTP response or a WebSocket. */
export interface FlvChannel {
  /** Whether it takes nothing for now. */
  readonly congested: boolean;
  /** All bytes that went out, or are about to. */
  readonly bytesSent: number;
  /** @param canWait whether it can wait for others, so as to go out with them. @defaultValue false */
  write(bytes: Buffer, canWait?: boolean): void;
  /** Lets what was written go out, and ends it. @param words for the viewer, where it can be told. */
  end(reason: FlvChannelEnd, words: string): void;
  /** Ends it at once. */
  cut(reason: FlvChannelCut): void;
}

/** What a channel tells. */
export interface FlvChannelEvents {
  /** It takes more. */
  drained(): void;
  /** It is over, told once. @param reason `closed` by the viewer, or why we ended it. */
  closed(reason: FlvChannelEnd | FlvChannelCut | "closed"): void;
}
