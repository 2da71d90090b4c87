import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { SessionEnd } from "../end.js";
import type { SessionHandler } from "../server/handler.js";
import { ServerSession } from "../server/server-session.js";
import { Peer } from "../testing/peer.js";
import { nodeHmacSha256, nodeTransport } from "./index.js";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server for one connection, and how its session ends. */
async function serve(handler: SessionHandler): Promise<{ port: number; ended: Promise<SessionEnd> }> {
  const server = createServer({ allowHalfOpen: true });
  servers.push(server);
  const ended = new Promise<SessionEnd>((resolve) => {
    server.on("connection", (socket) => {
      resolve(new ServerSession(nodeTransport(socket), { handler, hmacSha256: nodeHmacSha256 }).run());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, ended };
}

/** A client that publishes as soon as it may and then does what it is told. */
function client(port: number, onStart: (socket: Socket, peer: Peer) => void): { socket: Socket; peer: Peer } {
  const peer = new Peer();
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let started = false;
  socket.on("connect", () => socket.write(peer.hello()));
  socket.on("data", (bytes: Uint8Array) => {
    const reply = peer.hear(bytes);
    if (reply !== undefined) socket.write(Buffer.concat([reply, peer.startPublishing()]));
    if (!started && peer.statuses().includes("onStatus@1 NetStream.Publish.Start")) {
      started = true;
      onStart(socket, peer);
    }
  });
  socket.on("error", () => {}); // a reset is what some tests are about
  return { socket, peer };
}

const accepting: SessionHandler = { publish: (request) => void request.accept() };

test("a publish over TCP, to a clean end", async () => {
  const lengths: number[] = [];
  const { port, ended } = await serve({ ...accepting, media: ({ payload }) => void lengths.push(payload.length) });
  client(port, (socket, peer) => {
    for (let i = 0; i < 50; i++) socket.write(peer.video(i, new Uint8Array(100_000)));
    socket.end(peer.command("deleteStream", 0, 0, null, 1));
  });
  expect(await ended).toEqual({ clean: true, reason: "closed", by: "peer" });
  expect(lengths).toEqual(Array(50).fill(100_000));
});

test("a client that leaves without reading, as FFmpeg does, while the server is behind: all it wrote comes", async () => {
  let received = 0;
  let ended: unknown;
  const { port, ended: over } = await serve({
    ...accepting,
    media: async ({ payload }) => {
      received += payload.length;
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
    unpublish: (_, end) => {
      ended = end;
    },
  });
  client(port, (socket, peer) => {
    const frames = Array.from({ length: 40 }, (_, i) => peer.video(i, new Uint8Array(100_000)));
    // When the system has it all the socket is closed: what comes in then makes the system drop what it has not sent.
    socket.write(Buffer.concat([...frames, peer.command("deleteStream", 0, 0, null, 1)]), () => socket.destroy());
  });
  await over;
  expect(received).toBe(4_000_000);
  expect(ended).toMatchObject({ clean: true, by: "peer" });
});

test("a reset is told apart from a FIN", async () => {
  const { port, ended } = await serve(accepting);
  client(port, (socket) => socket.resetAndDestroy());
  expect(await ended).toMatchObject({ clean: false, reason: "reset", by: "peer", cause: { code: "ECONNRESET" } });
});

test("a refused client that is still sending reads the reason, and no reset", async () => {
  const { port, ended } = await serve({
    publish: (request) => void request.reject("NetStream.Publish.BadName", "Somebody else has it."),
  });
  const { socket, peer } = client(port, () => {});
  const closed = new Promise<boolean>((resolve) => socket.on("close", resolve));
  socket.on("data", () => {
    if (peer.statuses().length > 3) socket.write(new Uint8Array(500_000)); // talks on, deaf to the answer
  });
  socket.on("end", () => setTimeout(() => socket.end(), 50));
  expect(await ended).toEqual({ clean: true, reason: "publish-rejected", by: "application" });
  expect(await closed).toBe(false);
  expect(peer.statuses().at(-1)).toBe("onStatus@1 NetStream.Publish.BadName");
});

test("a handler that takes its time stops the client, whose bytes stay in the network", async () => {
  let inFlight = 0;
  let most = 0;
  const { port, ended } = await serve({
    ...accepting,
    media: async () => {
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setTimeout(resolve, 1));
      inFlight--;
    },
  });
  let sentAll = false;
  client(port, (socket, peer) => {
    for (let i = 0; i < 200; i++) socket.write(peer.video(i, new Uint8Array(50_000)));
    socket.end(peer.command("deleteStream", 0, 0, null, 1), () => {
      sentAll = true;
    });
  });
  expect(await ended).toEqual({ clean: true, reason: "closed", by: "peer" });
  expect(most).toBe(1);
  expect(sentAll).toBe(true);
});

test("the address of the peer is there for logs", async () => {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepted = new Promise<Socket>((resolve) => server.on("connection", resolve));
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  await new Promise((resolve) => socket.on("connect", resolve));
  const transport = nodeTransport(await accepted);
  expect(transport.remoteAddress).toBe(`127.0.0.1:${socket.localPort}`);
  transport.close();
  socket.destroy();
});
