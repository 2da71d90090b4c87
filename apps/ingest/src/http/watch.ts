import type { IncomingMessage } from "node:http";
import { type AccessRequest, DENIED, type FrontGate } from "../auth/gate.js";
import type { Emit, StreamSource } from "../events.js";
import type { Hub } from "../hub/hub.js";
import type { LiveStream } from "../hub/live-stream.js";
import { type StreamId, streamLabel } from "../hub/stream-id.js";
import { wantedUntil } from "../hub/wanted.js";
import { peerLabel } from "../listeners/peer-address.js";
import { plainText } from "../stats/plain-text.js";

/** What deciding about viewers needs of the server. */
export interface WatchContext {
  readonly hub: Hub;
  readonly gate: FrontGate;
  readonly emit: Emit;
  /** How long a viewer waits for a stream that is not there, in ms. */
  readonly waitMs: number;
}

/** Somebody who wants to watch by HTTP. */
export interface Viewer {
  readonly protocol: AccessRequest["protocol"];
  /** Tells viewers and connections apart in logs. */
  readonly number: number;
  readonly address: string;
  readonly peer: string;
  readonly query: string;
  /** What it says it is, and the page that it watches from. */
  readonly client: string | undefined;
  readonly pageUrl: string | undefined;
}

/** Who sent a request. */
export function viewerOf(request: IncomingMessage, protocol: AccessRequest["protocol"], number: number): Viewer {
  const { remoteAddress = "", remotePort } = request.socket;
  const { url = "" } = request;
  const question = url.indexOf("?");
  return {
    protocol,
    number,
    address: remoteAddress,
    peer: peerLabel(remoteAddress, remotePort),
    query: question < 0 ? "" : url.slice(question + 1),
    client: plainText(request.headers["user-agent"]),
    pageUrl: request.headers.referer,
  };
}

/** What events tell of a viewer. */
export function sourceOf({ protocol, number, peer }: Viewer, { app, name }: StreamId): StreamSource {
  return { app, stream: name, protocol, connection: number, peer };
}

/** No: the answer to give. */
export interface WatchRefusal {
  readonly status: 403 | 404;
  /** As the gate has it, or `NetStream.Play.StreamNotFound`. */
  readonly code: string;
  readonly message: string;
}

/** Yes: the stream, and a seat among its viewers, to be given back. */
export interface Watchable {
  readonly stream: LiveStream;
  readonly leaveSeat: () => void;
}

/**
 * Asks the gate, then finds the stream, now or when it is published within the wait.
 * @param signal aborted when the viewer is gone. @returns undefined if it is.
 */
export async function findStream(
  { hub, gate, emit, waitMs }: WatchContext,
  viewer: Viewer,
  asked: StreamId,
  signal: AbortSignal,
): Promise<Watchable | WatchRefusal | undefined> {
  const { protocol, number: connection, address, peer, query, client, pageUrl } = viewer;
  const request = { action: "play", protocol, app: asked.app, stream: asked.name } as const;
  const verdict = await gate.check(
    { ...request, query, client, pageUrl, connection, address, peer },
    wantedUntil(signal),
  );
  if (signal.aborted) return undefined;
  const refuse = (reason: string, code: string, description: string, name: string): WatchRefusal => {
    emit("playRefused", { ...sourceOf(viewer, { ...asked, name }), code, description, reason });
    return { status: reason === "not-found" ? 404 : 403, code, message: description };
  };
  if (!verdict.allowed) {
    const { code, description, reason = "refused", shown = asked.name } = verdict;
    return refuse(reason, code, description, shown);
  }
  const id = { app: asked.app, name: verdict.stream ?? asked.name };
  const stream = await hub.find(id, waitMs, signal);
  if (signal.aborted) return undefined;
  if (stream === undefined || stream.ended) {
    const { shown } = verdict;
    const description = `${shown === undefined ? streamLabel(id) : "That stream"} is not being published.`;
    return refuse("not-found", "NetStream.Play.StreamNotFound", description, shown ?? id.name);
  }
  const leaveSeat = stream.seats.take();
  if (leaveSeat !== undefined) return { stream, leaveSeat };
  return refuse("too-many-viewers", DENIED.play, `${streamLabel(id)} has as many viewers as it may have.`, id.name);
}
