import type { Socket } from "node:net";
import {
  type ConnectInfo,
  type ConnectRequest,
  type MediaMessage,
  type Playback,
  type PlayRequest,
  type Publication,
  type PublishRequest,
  ServerSession,
  type SessionEnd,
  splitName,
} from "@rtmp/session";
import { nodeHmacSha256, nodeRandom, nodeTransport } from "@rtmp/session/node";
import { type AccessRequest, DENIED, type Verdict } from "../auth/gate.js";
import type { ConnectEvent, StreamSource, UnpublishEvent } from "../events.js";
import type { LiveStream } from "../hub/live-stream.js";
import type { PublishFeed } from "../hub/publish-feed.js";
import { type StreamId, streamLabel } from "../hub/stream-id.js";
import type { Wanted } from "../hub/wanted.js";
import { RtmpPlayer } from "../outputs/rtmp-player.js";
import { type Stage, stageOf } from "./admission.js";
import { leaveInTurn } from "./leave-in-turn.js";
import type { PublisherReads } from "./merged-reads.js";
import { peerLabel } from "./peer-address.js";
import { Publications } from "./publications.js";
import type { RtmpConnectionContext, RtmpConnectionParts } from "./rtmp-connection-parts.js";
import { RtmpLiveSession } from "./rtmp-live-session.js";

/** One RTMP connection: a session on a socket, tied to the hub. */
export class RtmpConnection {
  readonly number: number;
  readonly protocol: "rtmp" | "rtmps";
  readonly peer: string;
  readonly #address: string;
  readonly #socket: Socket;
  readonly #context: RtmpConnectionContext;
  readonly #session: ServerSession;
  readonly #publications: Publications;
  readonly #players = new Map<Playback, ActivePlayer>();
  readonly #ending = new Set<Promise<void>>();
  readonly #entry: RtmpLiveSession;
  readonly #onAccepted: () => void;
  readonly #startedAt: number;
  #reads: PublisherReads | undefined; // since it published
  #app: string | undefined; // the gate's name for the application, if it gave one

  constructor({ number, protocol, socket, peer, onAccepted }: RtmpConnectionParts, context: RtmpConnectionContext) {
    this.number = number;
    this.protocol = protocol;
    this.peer = peerLabel(peer.address, peer.port);
    this.#address = peer.address;
    this.#socket = socket;
    this.#context = context;
    this.#onAccepted = onAccepted;
    this.#startedAt = context.clock();
    this.#publications = new Publications(context.clock, ({ messageStreamId }, { reason, description }) => {
      this.#session.endPublication(messageStreamId, reason, { code: DENIED.publish, description });
    });
    this.#session = new ServerSession(nodeTransport(socket), {
      handler: {
        connect: (request) => this.#connect(request),
        publish: (request) => this.#publish(request),
        media: (message, publication) => this.#media(message, publication),
        unpublish: (publication, end) => this.#unpublish(publication, end),
        play: (request) => this.#play(request),
        stop: (playback, { reason }) => this.#stop(playback, reason),
        pause: (playback, paused) => this.#players.get(playback)?.player.pause(paused),
        receive: (playback, kind, enabled) => this.#players.get(playback)?.player.receive(kind, enabled),
        drain: () => {
          for (const { player } of this.#players.values()) player.drain();
        },
      },
      limits: context.limits,
      timeouts: context.timeouts,
      hmacSha256: nodeHmacSha256,
      random: nodeRandom,
      payloads: "borrowed",
      whenIdle: leaveInTurn,
    });
    this.#entry = new RtmpLiveSession({
      number,
      protocol,
      peer: this.peer,
      session: this.#session,
      feeds: this.#publications.feeds,
      players: this.#players,
      heldBytes: () => this.heldBytes,
    });
  }

  /** Bytes held for its peer: in the session, and in the outputs of its streams. */
  get heldBytes(): number {
    let held = this.#session.heldBytes + this.#publications.heldBytes;
    for (const { player } of this.#players.values()) held += player.queuedBytes;
    return held;
  }
  /** How far it has come, if it neither publishes nor plays yet. */
  get stage(): Stage {
    return stageOf(this.#session.state, this.#session.bytesReceived);
  }
  /** Whether it publishes. */
  get publishing(): boolean {
    return this.#publications.feeds.size > 0;
  }

  /** Serves the connection. Resolves when it is over and everything that it published has been finished; never rejects. */
  async run(): Promise<void> {
    const { emit, clock, sessions } = this.#context;
    sessions.add(this.#entry);
    const { clean, reason, by, cause } = await this.#session.run();
    this.#reads?.stop();
    await Promise.all(this.#ending);
    sessions.end(this.#entry, { clean, reason, by }, this.#entry.streams);
    const { bytesReceived, bytesSent } = this.#session;
    const { number: connection, protocol, peer } = this;
    const durationMs = Math.round(clock() - this.#startedAt);
    const error = cause === undefined ? {} : { error: cause };
    emit("sessionEnd", {
      connection,
      protocol,
      peer,
      clean,
      reason,
      by,
      durationMs,
      bytesReceived,
      bytesSent,
      ...error,
    });
  }

  /** Ends it, and tells the peer why. */
  close(reason: string, status: { readonly code: string; readonly description: string }): void {
    this.#session.close(reason, status);
  }

  /** Asks the client to connect anew. @returns whether it knows of such requests; it leaves when it is ready to. */
  requestReconnect(description: string): boolean {
    return this.#session.requestReconnect(undefined, description);
  }

  /** Ends it at once, without a word. */
  destroy(reason: string): void {
    this.#session.close(reason);
    this.#socket.destroy();
  }

  #media(message: MediaMessage, publication: Publication): void | Promise<void> {
    this.#reads?.message();
    return this.#publications.write(message, publication);
  }

  /** Whether somebody waits for what it sends next. */
  #hurried(): boolean {
    return !this.publishing || this.#players.size > 0 || this.#publications.hurried;
  }

  #connect(request: ConnectRequest): void | Promise<void> {
    const answer = (verdict: Verdict): void => {
      if (verdict.allowed) {
        this.#app = verdict.app;
        this.#accept(request);
        return;
      }
      const { code, description, reason = "refused" } = verdict;
      if (!request.reject(code, description)) return;
      const { number: connection, peer } = this;
      this.#context.emit("connectRefused", { app: request.app, connection, peer, code, description, reason });
    };
    const verdict = this.#check("connect", request, request);
    if (!(verdict instanceof Promise)) answer(verdict);
    else return verdict.then(answer);
  }

  #accept(request: ConnectRequest): void {
    const app = this.#app ?? request.app;
    this.#entry.connected(app, request.command.flashVer);
    if (!request.accept()) return;
    this.#context.sessions.announce(this.#entry);
    const { client } = this.#entry;
    const { number: connection, protocol, peer } = this;
    const { handshakeMs = 0 } = this.#session;
    const connectMs = Math.round(this.#context.clock() - this.#startedAt);
    const event: ConnectEvent & { client?: string } = {
      connection,
      protocol,
      peer,
      app,
      handshakeMs: Math.round(handshakeMs),
      connectMs,
    };
    if (client !== undefined) event.client = client; // not by a spread, which costs many times as much
    this.#context.emit("connect", event);
  }

  async #publish(request: PublishRequest): Promise<void> {
    const { publication } = request;
    const asked = { app: this.#app ?? publication.app, name: publication.streamName };
    const refuse = (code: string, description: string, reason: string, id: StreamId): void => {
      if (!request.reject(code, description)) return;
      this.#context.emit("publishRefused", { ...this.#source(id), code, description, reason });
    };
    if (asked.name === "") {
      const description = "The stream name is empty: enter a stream key, as in rtmp://host/live/KEY.";
      refuse("NetStream.Publish.BadName", description, "bad-name", asked);
      return;
    }
    const { name, publishingType } = publication;
    const checked = this.#check("publish", request.connect, request, name, publishingType);
    const verdict = checked instanceof Promise ? await checked : checked;
    if (!verdict.allowed) {
      const { code, description, reason = "refused", shown = asked.name } = verdict;
      refuse(code, description, reason, { ...asked, name: shown });
      return;
    }
    const id = { app: asked.app, name: verdict.stream ?? asked.name };
    const { limits } = verdict;
    const feed = await this.#context.hub.publish(id, request, () => this.#replaced(id, publication), { limits });
    // Another encoder may have taken the name before this one could be told that it has it.
    if (feed === undefined || !feed.stream.isFedBy(feed)) {
      const description = `${streamLabel(id)} is being published already: choose another stream key, or stop the other encoder.`;
      refuse("NetStream.Publish.BadName", description, "name-taken", id);
      return;
    }
    this.#publications.add(publication, feed, limits); // media may come while `accept` runs
    if (request.accept()) {
      this.#onAccepted();
      this.#reads ??= this.#context.mergedReads.of(this.#session, () => this.#hurried());
      this.#entry.began("publish", id);
      this.#context.emit("publish", this.#source(id));
      return;
    }
    this.#publications.remove(publication);
    await this.#context.hub.unpublish(feed, { clean: false, reason: "cancelled" });
  }

  /** Another publisher has taken the name. */
  #replaced(id: StreamId, { messageStreamId }: Publication): void {
    const description = `Another encoder publishes ${streamLabel(id)} now.`;
    this.#session.endPublication(messageStreamId, "replaced", { code: "NetStream.Publish.BadName", description });
  }

  #unpublish(publication: Publication, end: SessionEnd): void {
    const feed = this.#publications.ending(publication);
    if (feed === undefined) return;
    const ending = this.#finish(feed, end).finally(() => {
      this.#publications.remove(publication);
      this.#ending.delete(ending);
    });
    this.#ending.add(ending);
  }

  async #finish(feed: PublishFeed, { clean, reason, by }: SessionEnd): Promise<void> {
    const { hub, emit, recordingOf } = this.#context;
    const { stream, startedAt, counts } = feed;
    const durationMs = Date.now() - startedAt.getTime();
    await hub.unpublish(feed, { clean, reason });
    const recording = recordingOf(stream);
    const { audioMessages, videoMessages, dataMessages, audioBytes, videoBytes, dataBytes } = counts;
    const { app, name } = stream.id;
    // Every field by name: after a spread each costs many times as much, and encoders come and go by the thousand.
    const event: UnpublishEvent = {
      app,
      stream: name,
      protocol: this.protocol,
      connection: this.number,
      peer: this.peer,
      clean,
      reason,
      by,
      durationMs,
      bytes: audioBytes + videoBytes + dataBytes,
      audio: audioMessages,
      video: videoMessages,
      data: dataMessages,
      audioBytes,
      videoBytes,
      dataBytes,
    };
    emit("unpublish", recording === undefined ? event : { ...event, recording });
  }

  async #play(request: PlayRequest): Promise<void> {
    const { playback } = request;
    const { hub, play, emit } = this.#context;
    const asked = { app: this.#app ?? playback.app, name: playback.streamName };
    const refuse = (code: string, description: string, reason: string, id: StreamId): void => {
      if (request.reject(code, description)) emit("playRefused", { ...this.#source(id), code, description, reason });
    };
    const verdict = await this.#check("play", request.connect, request, playback.name);
    if (!verdict.allowed) {
      const { code, description, reason = "refused", shown = asked.name } = verdict;
      refuse(code, description, reason, { ...asked, name: shown });
      return;
    }
    const id = { app: asked.app, name: verdict.stream ?? asked.name };
    const stream = await hub.find(id, play.waitMs, request.signal);
    if (stream === undefined || stream.ended) {
      const { shown } = verdict;
      const description = `${shown === undefined ? streamLabel(id) : "That stream"} is not being published.`;
      refuse("NetStream.Play.StreamNotFound", description, "not-found", { ...id, name: shown ?? id.name });
      return;
    }
    const leaveSeat = stream.seats.take();
    if (leaveSeat === undefined) {
      const description = `${streamLabel(id)} has as many viewers as it may have.`;
      refuse(DENIED.play, description, "too-many-viewers", id);
      return;
    }
    const onEnded = (): void => this.#stop(playback, "unpublish");
    const player = new RtmpPlayer(this.#session, playback, stream, play.queueBytes, onEnded);
    const active: ActivePlayer = { player, stream, leaveSeat, leaveGroup: undefined, since: this.#context.clock() };
    this.#players.set(playback, active); // it may leave again while `accept` runs
    emit("play", this.#source(id));
    if (!request.accept()) {
      this.#stop(playback, "cancelled");
      return;
    }
    this.#onAccepted();
    this.#entry.began("play", id);
    if (this.#players.get(playback) !== active) return;
    if (stream.ended) {
      player.end();
      return;
    }
    active.leaveGroup = play.groups.join(stream, player);
    player.start();
  }

  #stop(playback: Playback, reason: string): void {
    const active = this.#players.get(playback);
    if (active === undefined) return;
    const { player, stream, leaveSeat, leaveGroup, since } = active;
    this.#players.delete(playback);
    this.#entry.stopped(player.counts.droppedFrames);
    leaveGroup?.();
    leaveSeat();
    const durationMs = Math.round(this.#context.clock() - since);
    this.#context.emit("stop", { ...this.#source(stream.id), reason, durationMs, ...player.counts });
  }

  /** @param name as sent, with its query. */
  #check(
    action: AccessRequest["action"],
    { app, tcUrl, command }: ConnectInfo,
    wanted: Wanted,
    name = "",
    publishingType?: string,
  ): Verdict | Promise<Verdict> {
    const { name: stream, query } = splitName(name);
    const { flashVer: client, pageUrl, swfUrl } = command;
    const request: AccessRequest = {
      action,
      protocol: this.protocol,
      app: this.#app ?? app,
      stream,
      query,
      publishingType,
      appQuery: splitName(command.app ?? "").query,
      tcUrl,
      pageUrl,
      swfUrl,
      client,
      connection: this.number,
      address: this.#address,
      peer: this.peer,
    };
    return this.#context.gate.check(request, wanted);
  }

  #source({ app, name: stream }: StreamId): StreamSource {
    return { app, stream, protocol: this.protocol, connection: this.number, peer: this.peer };
  }
}

/** What a player on this connection gets, and how it leaves. */
interface ActivePlayer {
  readonly player: RtmpPlayer;
  readonly stream: LiveStream;
  /** Gives its place among the viewers back. */
  readonly leaveSeat: () => void;
  /** Ends its subscription, once it has one. */
  leaveGroup: (() => void) | undefined;
  readonly since: number;
}
