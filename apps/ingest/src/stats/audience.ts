import { streamKey } from "../hub/stream-id.js";
import type { LiveSession, PublisherEntry, SessionDirectory } from "./session-directory.js";

/** Who has to do with one stream at this moment. */
export interface Audience {
  /** The session that publishes it; the latest, while one takes the place of another. */
  publisher?: { readonly session: LiveSession; readonly entry: PublisherEntry };
  viewers: number;
  readonly byProtocol: Map<string, number>;
  /** Of the viewers that are there. */
  droppedFrames: number;
  queuedBytes: number;
}

/** Looks once through all sessions. @returns who publishes and who watches, by stream key. */
export function surveyAudience(sessions: SessionDirectory): Map<string, Audience> {
  const audiences = new Map<string, Audience>();
  const of = (key: string): Audience => {
    const known = audiences.get(key);
    if (known !== undefined) return known;
    const audience: Audience = { viewers: 0, byProtocol: new Map(), droppedFrames: 0, queuedBytes: 0 };
    audiences.set(key, audience);
    return audience;
  };
  for (const session of sessions.list()) {
    for (const entry of session.publishing()) of(streamKey(entry.id)).publisher = { session, entry };
    for (const { id, droppedFrames, queuedBytes } of session.viewing()) {
      const audience = of(streamKey(id));
      audience.viewers++;
      audience.byProtocol.set(session.protocol, (audience.byProtocol.get(session.protocol) ?? 0) + 1);
      audience.droppedFrames += droppedFrames;
      audience.queuedBytes += queuedBytes;
    }
  }
  return audiences;
}
