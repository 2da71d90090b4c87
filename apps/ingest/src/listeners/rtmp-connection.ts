import type { Socket } from "node:net";
import {
  type MediaMessage,
  type Publication,
  type PublishRequest,
  ServerSession,
  type SessionEnd,
  type SessionLimits,
  type SessionTimeouts,
} from "@rtmp/session";
import { nodeHmacSha256, nodeTransport } from "@rtmp/session/node";
import type { Emit, StreamSource } from "../events.js";
import type { Hub } from "../hub/hub.js";
import type { LiveStream } from "../hub/live-stream.js";
import { streamLabel } from "../hub/stream-id.js";
import { peerLabel } from "./peer-address.js";

/** What the connections of a server share. */
export interface RtmpConnectionContext {
  readonly hub: Hub;
  readonly limits: Partial<SessionLimits>;
  readonly timeouts: Partial<SessionTimeouts>;
  readonly emit: Emit;
  /** Path of the last file that was recorded of a stream. */
  readonly recordingOf: (stream: LiveStream) => string | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
}

/** One RTMP connection: a session on a socket, tied to the hub. */
export class RtmpConnection {
  readonly number: number;
  readonly peer: string;
  readonly #socket: Socket;
  readonly #context: RtmpConnectionContext;
  readonly #session: ServerSession;
  readonly #streams = new Map<Publication, LiveStream>();
  readonly #ending = new Set<Promise<void>>();
  readonly #onAccepted: () => void;
  #ended: Promise<SessionEnd> | undefined;

  /**
   * @param number tells connections apart in logs.
   * @param onAccepted called at the first publish that is accepted.
   */
  constructor(number: number, socket: Socket, context: RtmpConnectionContext, onAccepted: () => void) {
    this.number = number;
    this.peer = peerLabel(socket.remoteAddress, socket.remotePort);
    this.#socket = socket;
    this.#context = context;
    this.#onAccepted = onAccepted;
    this.#session = new ServerSession(nodeTransport(socket), {
      handler: {
        publish: (request) => this.#publish(request),
        media: (message: MediaMessage, publication) => this.#streams.get(publication)?.write(message),
        unpublish: (publication, end) => this.#unpublish(publication, end),
      },
      limits: context.limits,
      timeouts: context.timeouts,
      hmacSha256: nodeHmacSha256,
    });
  }

  /** Bytes held for its peer: in the session, and in the outputs of its streams. */
  get heldBytes(): number {
    let held = this.#session.heldBytes;
    for (const stream of this.#streams.values()) held += stream.heldBytes;
    return held;
  }
  /** Whether a publish was ever accepted. */
  get accepted(): boolean {
    return this.#session.accepted;
  }

  /** Serves the connection. Resolves when it is over and everything that it published has been finished; never rejects. */
  async run(): Promise<void> {
    const { emit, clock } = this.#context;
    const startedAt = clock();
    this.#ended = this.#session.run();
    const { clean, reason, by, cause } = await this.#ended;
    await Promise.all(this.#ending);
    const { bytesReceived, bytesSent } = this.#session;
    const { number: connection, peer } = this;
    const durationMs = Math.round(clock() - startedAt);
    const error = cause === undefined ? {} : { error: cause };
    emit("sessionEnd", { connection, peer, clean, reason, by, durationMs, bytesReceived, bytesSent, ...error });
  }

  /** Ends it, and tells the peer why. */
  close(reason: string, status: { readonly code: string; readonly description: string }): void {
    this.#session.close(reason, status);
  }

  /** Ends it at once, without a word. */
  destroy(reason: string): void {
    this.#session.close(reason);
    this.#socket.destroy();
  }

  async #publish(request: PublishRequest): Promise<void> {
    const { publication, signal } = request;
    const id = { app: publication.app, name: publication.streamName };
    const { app, name: streamName } = id;
    const source: StreamSource = { app, stream: streamName, connection: this.number, peer: this.peer };
    const refuse = (code: string, description: string): void => {
      if (request.reject(code, description)) this.#context.emit("publishRefused", { ...source, code, description });
    };
    if (streamName === "") {
      refuse("NetStream.Publish.BadName", "The stream name is empty: enter a stream key.");
      return;
    }
    const stream = await this.#context.hub.publish(id, signal);
    if (stream === undefined) {
      const description = `${streamLabel(id)} is being published already: choose another stream key, or stop the other encoder.`;
      refuse("NetStream.Publish.BadName", description);
      return;
    }
    this.#streams.set(publication, stream); // media may come while `accept` runs
    if (request.accept()) {
      this.#onAccepted();
      this.#context.emit("publish", source);
      return;
    }
    this.#streams.delete(publication);
    await this.#context.hub.unpublish(stream, { clean: false, reason: "cancelled" });
  }

  #unpublish(publication: Publication, end: { readonly clean: boolean; readonly reason: string }): void {
    const stream = this.#streams.get(publication);
    if (stream === undefined) return;
    const ending = this.#finish(stream, end).finally(() => {
      this.#streams.delete(publication);
      this.#ending.delete(ending);
    });
    this.#ending.add(ending);
  }

  async #finish(stream: LiveStream, end: { readonly clean: boolean; readonly reason: string }): Promise<void> {
    const { hub, emit, recordingOf } = this.#context;
    const { clean, reason } = end;
    const durationMs = Date.now() - stream.startedAt.getTime();
    await hub.unpublish(stream, { clean, reason });
    // Only its publisher closes a stream cleanly; else the connection ended, and says who ended it.
    const by = clean ? "peer" : ((await this.#ended)?.by ?? "us");
    const recording = recordingOf(stream);
    const { audioMessages, videoMessages, dataMessages, ...bytes } = stream.counts;
    emit("unpublish", {
      app: stream.id.app,
      stream: stream.id.name,
      connection: this.number,
      peer: this.peer,
      clean,
      reason,
      by,
      durationMs,
      bytes: bytes.audioBytes + bytes.videoBytes + bytes.dataBytes,
      audio: audioMessages,
      video: videoMessages,
      data: dataMessages,
      ...bytes,
      ...(recording === undefined ? {} : { recording }),
    });
  }
}
