import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ChunkError } from "@rtmp/chunk";
import { HandshakeError } from "@rtmp/handshake";
import { MessageError } from "@rtmp/messages";
import { type MediaMessage, ServerConnection } from "@rtmp/session";
import { piecesOf, randomSizes, sha256Hex } from "../bytes.js";
import { sessionVector } from "../shapes/sessions.js";
import type { JsonObject } from "../shapes/shape.js";
import type { Layer, Observation } from "./layer.js";

const FEEDS: readonly { readonly fed: string; readonly size: () => () => number }[] = [
  { fed: "at once", size: () => () => Number.POSITIVE_INFINITY },
  { fed: "in pieces of up to 1460 bytes", size: () => randomSizes(1460, 3) },
  { fed: "in pieces of up to 50 bytes", size: () => randomSizes(50, 4) },
];

/** Whole client streams into a server session that accepts everything. */
export const sessionLayer: Layer = {
  shape: sessionVector,
  errors: [HandshakeError, ChunkError, MessageError],

  observe({ input }, folder) {
    const bytes = readFileSync(resolve(folder, String(input["clientToServerFile"])));
    return FEEDS.map(({ fed, size }) => replay(bytes, fed, size()));
  },

  compare(outcome, { facts }, comparison) {
    const { error: _none, ...plain } = outcome;
    comparison.sameKeys(plain, facts, Object.keys(plain));
    comparison.same("session ended by", "peer", facts["endedBy"]);
  },
};

function replay(bytes: Uint8Array, fed: string, size: () => number): Observation {
  const now = 0; // the clock stands still: no deadline passes
  const connection = new ServerConnection({ random: () => {}, now });
  const media: Record<MediaMessage["type"], MediaMessage[]> = { audio: [], video: [], data: [] };
  let requests: JsonObject = {};
  const answerRequests = (): void => {
    for (let event = connection.read(now); event !== undefined; event = connection.read(now)) {
      if (event.type === "media") media[event.message.type].push(event.message);
      else if (event.type === "connect") {
        requests = { connect: event.command.properties, ...requests };
        connection.accept(event.requestId, now);
      } else if (event.type === "publish") {
        const { name, publishingType: type, messageStreamId } = event.publication;
        requests = { publish: { name, type, messageStreamId }, ...requests }; // the first one counts
        connection.accept(event.requestId, now);
      } else if (event.type === "play") {
        const { name, messageStreamId } = event.playback;
        requests = { play: { name, messageStreamId }, ...requests };
        connection.accept(event.requestId, now);
      }
    }
    connection.takeOutput();
  };
  let thrown: unknown;
  try {
    for (const piece of piecesOf(bytes, size)) {
      connection.receive(piece, now);
      answerRequests();
    }
    connection.receiveEnd();
    answerRequests();
  } catch (error) {
    thrown = error;
  }
  const { clean, by, reason, cause } = connection.end ?? {};
  thrown ??= by === "us" ? cause : undefined;
  const facts = {
    ...requests,
    cleanEnd: clean,
    endedBy: by === "peer" ? by : `${by}: ${reason}`,
    dataMessages: media.data.length,
    ...mediaFacts("audio", media.audio),
    ...mediaFacts("video", media.video),
  };
  return { fed, thrown, facts };
}

function mediaFacts(kind: "audio" | "video", messages: readonly MediaMessage[]): JsonObject {
  const last = messages.at(-1);
  const counted = { [`${kind}Messages`]: messages.length };
  if (last === undefined) return counted;
  return {
    ...counted,
    [`${kind}PayloadSha256`]: sha256Hex(...messages.map(({ payload }) => payload)),
    [kind === "audio" ? "lastAudioTimestamp" : "lastVideoTimestamp"]: last.timestamp,
  };
}
