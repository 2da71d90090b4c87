import { describe, expect, test, vi } from "vitest";
import { audioMessage, videoMessage } from "./testing/packets.js";
import { RawClient } from "./testing/raw-client.js";
import { startServer } from "./testing/test-server.js";

const soon = <T>(look: () => T): Promise<T> => vi.waitFor(look, { timeout: 10_000, interval: 10 });

async function play(port: number, name: string): Promise<RawClient> {
  const player = await RawClient.open(port);
  player.command(1, "play", 3, null, name);
  await player.sees("NetStream.Play.Start");
  return player;
}

describe("what a server tells of itself", () => {
  test("streams with publisher, viewers, rates and recording; sessions with what they do", async () => {
    const { server, port, event } = await startServer();
    const publisher = await RawClient.publish(port, "camera?key=secret");
    await play(port, "camera");
    for (let i = 0; i < 10; i++) {
      publisher.send(videoMessage(40 * i, i % 5 === 0));
      publisher.send(audioMessage(40 * i));
    }
    await soon(() => expect(server.streams()[0]?.audio[0]?.frames).toBe(10));
    await event("recording-started");
    const [stream] = server.streams();
    expect(stream).toMatchObject({
      app: "live",
      stream: "camera",
      live: true,
      publisher: { session: "1", protocol: "rtmp" },
      video: [{ id: 0, codec: "avc1", frames: 10 }],
      gop: { frames: 5, ms: 200 },
      viewers: { total: 1, byProtocol: { rtmp: 1 }, droppedFrames: 0 },
      recording: true,
    });
    expect(server.sessions()).toMatchObject([
      { id: "1", state: "publishing", app: "live", streams: [{ action: "publish", app: "live", stream: "camera" }] },
      { id: "2", state: "playing", streams: [{ action: "play", app: "live", stream: "camera" }] },
    ]);
    expect(JSON.stringify([server.streams(), server.sessions()])).not.toContain("secret");
    const history = await soon(() => {
      const columns = server.streamHistory({ app: "live", name: "camera" });
      expect(columns?.at.length).toBeGreaterThan(0);
      return columns;
    });
    expect(history?.viewers[0]).toBe(1);
    expect(await event("connect")).toMatchObject({ connection: 1, app: "live", handshakeMs: expect.any(Number) });
    publisher.socket.destroy();
    await soon(() => expect(server.streams()).toEqual([]));
    await soon(() =>
      expect(server.endedSessions()).toMatchObject([
        { id: "1", reason: "closed", by: "peer", clean: false, streams: [{ action: "publish", stream: "camera" }] },
      ]),
    );
  });

  test("a kick tells the peer why, and is the reason of its end", async () => {
    const { server, port, event } = await startServer();
    const publisher = await RawClient.publish(port, "camera");
    const player = await play(port, "camera");
    expect(server.kick("2")).toBe(true);
    await player.sees("Disconnected by the operator.");
    expect(server.kick("1", "Wrong camera.")).toBe(true);
    await publisher.sees("NetStream.Publish.Rejected");
    await publisher.sees("Wrong camera.");
    await Promise.all([publisher.ends(), player.ends()]);
    expect(await event("session-end", 2)).toMatchObject({ reason: "kicked", by: "application" });
    expect(server.endedSessions().map(({ reason }) => reason)).toEqual(["kicked", "kicked"]);
    expect(server.kick("1")).toBe(false);
    expect(server.sessions()).toEqual([]);
  });

  test("who knocks and goes is among the last that ended, too", async () => {
    const { server, port } = await startServer();
    const client = await RawClient.connect(port);
    client.socket.write("GET / HTTP/1.1\r\n\r\n");
    await client.ends();
    await soon(() => expect(server.endedSessions()).toMatchObject([{ reason: "http-probe", streams: [] }]));
  });
});
