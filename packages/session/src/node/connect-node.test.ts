import { createHash } from "node:crypto";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { equalBytes } from "@rtmp/bytes-util";
import { generate } from "selfsigned";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { ClientSession } from "../client/client-session.js";
import type { MediaMessage } from "../events.js";
import type { SessionHandler } from "../server/handler.js";
import { ServerSession } from "../server/server-session.js";
import { connectNode, nodeHmacSha256, nodeTransport } from "./index.js";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(server: Server): Promise<number> {
  closing.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
/** Serves one session a connection; sockets are closed behind the test. */
function serve(handler: SessionHandler, onSession?: (session: ServerSession, socket: Socket) => void) {
  return (socket: Socket): void => {
    closing.push(() => socket.destroy());
    const session = new ServerSession(nodeTransport(socket), { handler, hmacSha256: nodeHmacSha256 });
    onSession?.(session, socket);
    void session.run();
  };
}
const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const accepting: SessionHandler = {
  publish: (request) => void request.accept(),
  play: (request) => void request.accept(),
};

describe("over TCP", () => {
  test.for(["simple", "digest"] as const)("publishes with a %s handshake, bytes unchanged", async (handshake) => {
    const media: MediaMessage[] = [];
    const ends: unknown[] = [];
    const handler: SessionHandler = {
      ...accepting,
      media: (message) => void media.push(message),
      unpublish: (_, end) => void ends.push(end),
    };
    const port = await listen(createServer({ allowHalfOpen: true }, serve(handler)));
    const session = new ClientSession(connectNode, {
      url: `rtmp://localhost:${port}/live/key`,
      handshake,
      hmacSha256: nodeHmacSha256,
    });
    await session.connect();
    const publisher = await session.publish();
    const sent = Array.from({ length: 100 }, (_, i) => new Uint8Array(1 + i * 1500).fill(i));
    for (const [i, payload] of sent.entries())
      await publisher.send({ type: "video", timestamp: 2 ** 32 - 50 + i, payload });
    await publisher.close();
    expect(await session.close()).toEqual({ clean: true, reason: "closed", by: "application" });
    expect(media.map(({ payload }) => hash(payload))).toEqual(sent.map(hash));
    expect(media.map(({ timestamp }) => timestamp)).toEqual(sent.map((_, i) => (2 ** 32 - 50 + i) % 2 ** 32));
    expect(ends).toEqual([{ clean: true, reason: "FCUnpublish", by: "peer" }]);
  });

  test("plays", async () => {
    let player: ServerSession | undefined;
    const handler: SessionHandler = {
      play: (request) => {
        request.accept();
        for (let i = 0; i < 300; i++) {
          player?.sendMedia(1, { messageTypeId: 9, timestamp: i, payload: new Uint8Array(3000).fill(i) });
        }
        player?.endPlayback(1);
      },
    };
    const port = await listen(
      createServer(
        { allowHalfOpen: true },
        serve(handler, (session) => {
          player = session;
        }),
      ),
    );
    const session = new ClientSession(connectNode, {
      url: `rtmp://127.0.0.1:${port}/live/key`,
      limits: { maxBufferedInput: 50_000 },
    });
    await session.connect();
    let count = 0;
    for await (const { timestamp, payload } of await session.play()) {
      expect(timestamp).toBe(count);
      expect(equalBytes(payload, new Uint8Array(3000).fill(count))).toBe(true);
      if (count++ % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(count).toBe(300);
    expect(await session.close()).toMatchObject({ clean: true });
  });

  test("a server that stops reading makes send wait, and holds bounded memory here", async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let received = 0;
    const handler: SessionHandler = {
      ...accepting,
      media: () => {
        received++;
        return received === 1 ? held : undefined;
      },
    };
    const port = await listen(createServer({ allowHalfOpen: true }, serve(handler)));
    const session = new ClientSession(connectNode, { url: `rtmp://127.0.0.1:${port}/live/key` });
    await session.connect();
    const publisher = await session.publish();
    const payload = new Uint8Array(500_000);
    let most = 0;
    let sent = 0;
    let waits = false;
    // As one does who is polite: the next message only when the last one's promise has settled.
    const sending = (async () => {
      for (; sent < 100; sent++) {
        waits = true;
        await publisher.send({ type: "video", timestamp: sent, payload });
        waits = false;
        most = Math.max(most, publisher.buffered);
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(waits).toBe(true); // the buffers of the network are full
    expect(sent).toBeLessThan(100);
    expect(publisher.buffered).toBeLessThan(600_000);
    release();
    await sending;
    expect(most).toBeLessThan(600_000);
    await publisher.close();
    await session.close();
    expect(received).toBe(100);
  });

  test("a connection that is reset", async () => {
    let reset: () => void = () => {};
    const onSession = (_: ServerSession, socket: Socket): void => {
      reset = () => void socket.resetAndDestroy();
    };
    const port = await listen(createServer({ allowHalfOpen: true }, serve(accepting, onSession)));
    const session = new ClientSession(connectNode, { url: `rtmp://127.0.0.1:${port}/live/key` });
    await session.connect();
    const publisher = await session.publish();
    reset();
    expect(await session.end).toMatchObject({ clean: false, reason: "reset", cause: { code: "ECONNRESET" } });
    expect(await publisher.end).toMatchObject({ error: { code: "reset" } });
  });
});

describe("connectNode", () => {
  test("fails by name and with Node's error", async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    await expect(connectNode(`rtmp://127.0.0.1:${port}/live`)).rejects.toMatchObject({
      name: "ClientError",
      code: "connect-failed",
      cause: { code: "ECONNREFUSED" },
    });
    await expect(connectNode("rtmp://does-not-exist.invalid/live")).rejects.toMatchObject({ code: "connect-failed" });
    await expect(connectNode("http://host/")).rejects.toMatchObject({ code: "bad-url" });
  });

  test("gives up in time, and on demand", async () => {
    const port = await listen(createServer((socket) => void closing.push(() => socket.destroy()))); // mute: no TLS comes
    const url = `rtmps://127.0.0.1:${port}/live`;
    await expect(connectNode(url, { timeoutMs: 50 })).rejects.toMatchObject({ code: "connect-failed" });
    const abort = new AbortController();
    const connecting = connectNode(url, { signal: abort.signal });
    abort.abort();
    await expect(connecting).rejects.toMatchObject({ code: "aborted" });
    await expect(connectNode(url, { signal: abort.signal })).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("over TLS", () => {
  let key: string;
  let cert: string;
  beforeAll(async () => {
    const names = { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] } as const;
    const made = await generate([{ name: "commonName", value: "localhost" }], {
      keyType: "ec",
      extensions: [
        { name: "basicConstraints", cA: true },
        { ...names, altNames: [...names.altNames] },
      ],
    });
    key = made.private;
    cert = made.cert;
  });
  const session = (url: string, tls: Parameters<typeof connectNode>[1]) =>
    new ClientSession((target, { signal }) => connectNode(target, { ...tls, signal }), { url });

  test("publishes, with the name in SNI and the certificate checked against it", async () => {
    const media: MediaMessage[] = [];
    let name: string | false | null = null;
    const handler: SessionHandler = { ...accepting, media: (message) => void media.push(message) };
    const server = createTlsServer({ key, cert, allowHalfOpen: true }, (socket) => {
      name = socket.servername;
      serve(handler)(socket);
    });
    const port = await listen(server);
    const client = session(`rtmps://localhost:${port}/live/key`, { ca: cert });
    await client.connect();
    const publisher = await client.publish();
    await publisher.send({ type: "audio", timestamp: 1, payload: new Uint8Array(100_000).fill(3) });
    expect(await client.close()).toEqual({ clean: true, reason: "closed", by: "application" });
    expect(await publisher.end).toEqual({ reason: "closed" });
    expect(media.map(({ payload }) => payload.length)).toEqual([100_000]);
    expect(name).toBe("localhost");
  });

  test("a certificate that is not trusted, or for another name, is refused unless that is wanted", async () => {
    const port = await listen(createTlsServer({ key, cert, allowHalfOpen: true }, serve(accepting)));
    const url = `rtmps://localhost:${port}/live/key`;
    await expect(session(url, {}).connect()).rejects.toMatchObject({
      code: "connect-failed",
      cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
    });
    const byAddress = `rtmps://127.0.0.1:${port}/live/key`;
    await expect(session(byAddress, { ca: cert }).connect()).rejects.toMatchObject({
      code: "connect-failed",
      cause: { code: "ERR_TLS_CERT_ALTNAME_INVALID" },
    });
    for (const client of [
      session(byAddress, { ca: cert, servername: "localhost" }),
      session(byAddress, { rejectUnauthorized: false }),
    ]) {
      await client.connect();
      expect(await client.close()).toMatchObject({ clean: true });
    }
  });

  test("a plain server is told by name", async () => {
    const port = await listen(createServer({ allowHalfOpen: true }, serve(accepting)));
    await expect(session(`rtmps://127.0.0.1:${port}/live`, {}).connect()).rejects.toMatchObject({
      code: "connect-failed",
    });
    const tls = await listen(createTlsServer({ key, cert }, serve(accepting)));
    await expect(session(`rtmp://127.0.0.1:${tls}/live`, {}).connect()).rejects.toMatchObject({ name: "ClientError" });
  });
});
