import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect } from "node:tls";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { AccessRequest } from "../auth/gate.js";
import type { IngestOptions } from "../config/config.js";
import { certificateFiles } from "../testing/certificates.js";
import { RawClient } from "../testing/raw-client.js";
import { startServer } from "../testing/test-server.js";

const V1 = "PROXY TCP4 192.0.2.7 198.51.100.1 5555 1935\r\n";
const V2 = Buffer.from(
  `0d0a0d0a000d0a515549540a2121002420010db8${"00".repeat(11)}01${"00".repeat(15)}0115b3078f`,
  "hex",
);
const LOCAL = Buffer.from("0d0a0d0a000d0a515549540a20000000", "hex");

async function start(
  options: IngestOptions = {},
  listen: NonNullable<IngestOptions["rtmp"]>["listen"] = ["127.0.0.1:0"],
) {
  const asked: AccessRequest[] = [];
  const gate = { check: (request: AccessRequest) => ({ allowed: true, asked: asked.push(request) }) as const };
  const rtmp = { listen, proxyProtocol: true, trustedProxies: ["127.0.0.0/8", "::1"], ...options.rtmp };
  return { asked, ...(await startServer({ ...options, rtmp }, { gate })) };
}

async function tcpTo(port: number, ...first: (string | Uint8Array)[]): Promise<Socket> {
  const socket = connectTcp(port, "127.0.0.1");
  socket.setNoDelay(true);
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  await once(socket, "connect");
  for (const bytes of first) socket.write(bytes);
  return socket;
}

test.for([
  ["1", V1, "192.0.2.7", "192.0.2.7:5555"],
  ["2", V2, "2001:db8:0:0:0:0:0:1", "[2001:db8:0:0:0:0:0:1]:5555"],
] as const)("version %s: gate and log know the client", async ([, header, address, peer]) => {
  const { port, event, asked } = await start();
  await RawClient.publishOver(await tcpTo(port, header), "key");
  expect(await event("publish")).toMatchObject({ stream: "key", peer });
  expect(await event("connection")).toMatchObject({ peer });
  expect(asked.map((request) => request.address)).toEqual([address, address]);
});

test("a header that comes byte by byte, and the client's first bytes in the same write", async () => {
  const { port, event } = await start();
  const socket = await tcpTo(port);
  for (const byte of Buffer.from(V1).subarray(0, -1)) {
    socket.write(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.write(Buffer.concat([Buffer.from("\n"), Buffer.from([3]), Buffer.alloc(3072)]));
  let received = 0;
  socket.on("data", (bytes) => (received += bytes.length));
  await vi.waitFor(() => expect(received).toBeGreaterThanOrEqual(3073));
  expect(await event("connection")).toMatchObject({ peer: "192.0.2.7:5555" });
});

test("a health check is who it is, and may leave at once", async () => {
  const { port, event } = await start();
  const socket = await tcpTo(port, LOCAL);
  const { localPort } = socket;
  socket.end();
  expect(await event("session-end")).toMatchObject({ peer: `127.0.0.1:${localPort}`, reason: "closed" });
});

test("a wrong header ends that connection, with a reason", async () => {
  const { port, event } = await start();
  const socket = await tcpTo(port, Buffer.concat([Buffer.from([3]), Buffer.alloc(1536)]));
  await once(socket, "close");
  const error = { name: "ProxyHeaderError" };
  expect(await event("session-end")).toMatchObject({ reason: "proxy-protocol", by: "us", error });
  expect(await event("connection")).toMatchObject({ connection: 1 });
  await RawClient.publishOver(await tcpTo(port, V1), "key");
});

test("a header that does not come, or not to its end, is waited for no longer than a handshake", async () => {
  const { server, port, event } = await start({ session: { timeouts: { handshakeMs: 300 } } });
  const [silent, half] = [await tcpTo(port), await tcpTo(port, V1.slice(0, 20))];
  await Promise.all([once(silent, "close"), once(half, "close")]);
  expect(await event("session-end", 2)).toMatchObject({ reason: "handshake-timeout" });
  await vi.waitFor(() => expect(server.connections.total).toBe(0));
});

test("limits count by the client's address, not the balancer's", async () => {
  const limits = { pendingPerAddress: 2, perAddress: 2, pending: 50 };
  const { port, event, server } = await start({ limits });
  for (let i = 0; i < 6; i++) await tcpTo(port, `PROXY TCP4 192.0.2.${i} 198.51.100.1 1 1\r\n`);
  await vi.waitFor(() => expect(server.connections).toEqual({ total: 6, pending: 6 }));
  for (let i = 0; i < 3; i++) await tcpTo(port, `PROXY TCP4 192.0.2.99 198.51.100.1 ${i} 1\r\n`);
  expect(await event("session-end")).toMatchObject({ reason: "evicted", peer: "192.0.2.99:0" });
  for (let i = 0; i < 10; i++) await tcpTo(port); // all of the balancer, which has not spoken yet
  await vi.waitFor(() => expect(server.connections.total).toBe(18));
});

test("who is not trusted is served as who it is, and its header believed by nobody", async () => {
  const { port, event } = await start({ rtmp: { trustedProxies: ["10.0.0.0/8"] } });
  await RawClient.publish(port, "key");
  expect((await event("publish"))["peer"]).toMatch(/^127\.0\.0\.1:/);
  await tcpTo(port, V1, Buffer.alloc(1536));
  const end = await event("session-end");
  expect(end).toMatchObject({ reason: "http-probe" });
  expect(end["peer"]).toMatch(/^127\.0\.0\.1:/);
});

test("an address may leave the protocol out, or have it alone", async () => {
  const one = await start({}, [{ host: "127.0.0.1", port: 0, proxyProtocol: false }]);
  await RawClient.publish(one.port, "key");
  const rtmp = { proxyProtocol: false };
  const other = await start({ rtmp }, [{ host: "127.0.0.1", port: 0, proxyProtocol: true }]);
  await RawClient.publishOver(await tcpTo(other.port, V1), "key");
});

describe("before TLS", () => {
  test.for([["apart"], ["in one write with the client's hello"]] as const)("%s", async ([how]) => {
    const tls = await certificateFiles();
    const { event, events } = await start({ rtmps: { listen: ["127.0.0.1:0"] }, tls });
    const { port } = await vi.waitFor(() => {
      const line = events("listening").find(({ protocol }) => protocol === "rtmps");
      if (line === undefined) throw new Error("no RTMPS");
      return line as { port?: number };
    });
    const socket = await tcpTo(port ?? 0);
    if (how === "apart") {
      socket.write(V1);
      await vi.waitFor(() => expect(socket.writableLength).toBe(0));
    } else {
      socket.cork(); // TLS writes below the stream: cork keeps the header back until the next tick
      socket.write(V1);
      process.nextTick(() => socket.uncork());
    }
    const secure = connect({ socket, rejectUnauthorized: false });
    await once(secure, "secureConnect");
    await RawClient.publishOver(secure, "key");
    expect(await event("publish")).toMatchObject({ protocol: "rtmps", peer: "192.0.2.7:5555" });
  });
});
