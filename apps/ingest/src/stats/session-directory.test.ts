import { expect, test } from "vitest";
import { type LiveSession, SessionDirectory } from "./session-directory.js";

const session = (id: string): LiveSession => ({
  id,
  protocol: "rtmp",
  info: () => ({
    id,
    protocol: "rtmp",
    peer: "127.0.0.1:5",
    since: new Date(0).toISOString(),
    durationMs: 0,
    state: "closing",
    streams: [],
    bytesReceived: 0,
    bytesSent: 0,
    droppedFrames: 0,
    queuedBytes: 0,
    heldBytes: 0,
  }),
  publishing: () => [],
  viewing: () => [],
  kick: () => {},
});

test("SessionDirectory remembers the last 100 that came far, whatever else comes and goes", () => {
  let now = 0;
  const directory = new SessionDirectory(() => new Date(++now));
  const outcome = { reason: "closed", by: "peer", clean: true } as const;
  const pass = (id: string, streams: { action: "publish"; app: string; stream: string }[]): void => {
    const passing = session(id);
    directory.add(passing);
    directory.end(passing, outcome, streams);
    directory.end(passing, outcome, streams); // it ends once
  };
  for (let i = 0; i < 150; i++) pass(`encoder ${i}`, [{ action: "publish", app: "live", stream: "key" }]);
  for (let i = 0; i < 1000; i++) pass(`scanner ${i}`, []);
  const ended = directory.ended();
  expect(directory.size).toBe(0);
  expect(ended).toHaveLength(125);
  expect(ended[0]?.id).toBe("scanner 999");
  expect(ended.filter(({ streams }) => streams.length > 0).map(({ id }) => id)).toEqual(
    Array.from({ length: 100 }, (_, i) => `encoder ${149 - i}`),
  );
});
