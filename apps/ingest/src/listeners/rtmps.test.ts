import { once } from "node:events";
import { rename, writeFile } from "node:fs/promises";
import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { expect, onTestFinished, test, vi } from "vitest";
import type { AccessRequest } from "../auth/gate.js";
import type { IngestOptions } from "../config/config.js";
import { type IngestParts, IngestServer } from "../server.js";
import { certificateFiles, makeCertificate } from "../testing/certificates.js";
import { audioMessage } from "../testing/packets.js";
import { RawClient } from "../testing/raw-client.js";
import { startServer } from "../testing/test-server.js";

async function start(options: IngestOptions = {}, parts?: IngestParts) {
  const files = await certificateFiles();
  const tls = { ...files, watchMs: 20, ...options.tls };
  const started = await startServer({ ...options, rtmps: { listen: ["127.0.0.1:0"], ...options.rtmps }, tls }, parts);
  const listening = await vi.waitFor(() => {
    const line = started.events("listening").find(({ protocol }) => protocol === "rtmps");
    if (line === undefined) throw new Error("no RTMPS");
    return line;
  });
  return { ...started, files, tlsPort: Number(listening["port"]) };
}

async function tlsTo(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
  onTestFinished(() => void socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}

async function tcpTo(port: number): Promise<Socket> {
  const socket = connectTcp(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

test.for(["TLSv1.2", undefined] as const)("publishes over TLS %s", async (maxVersion) => {
  const asked: AccessRequest[] = [];
  const gate = { check: (request: AccessRequest) => ({ allowed: true, asked: asked.push(request) }) as const };
  const { tlsPort, event } = await start({}, { gate });
  const client = await RawClient.publishOver(await tlsTo(tlsPort, maxVersion && { maxVersion }), "key");
  expect(await event("publish")).toMatchObject({ stream: "key", protocol: "rtmps" });
  client.send(audioMessage(0));
  client.command(0, "deleteStream", 4, null, 1);
  expect(await event("unpublish")).toMatchObject({ clean: true, audio: 1, protocol: "rtmps" });
  client.socket.end();
  expect(await event("session-end")).toMatchObject({ clean: true, reason: "closed", protocol: "rtmps" });
  expect(asked.map(({ action, protocol, address }) => [action, protocol, address])).toEqual([
    ["connect", "rtmps", "127.0.0.1"],
    ["publish", "rtmps", "127.0.0.1"],
  ]);
});

test("what is no TLS ends that connection, with a reason", async () => {
  const { tlsPort, event } = await start();
  const plain = await tcpTo(tlsPort);
  plain.write(Buffer.alloc(1537, 3));
  expect(await event("session-end")).toMatchObject({ reason: "tls-handshake", by: "us", protocol: "rtmps" });
  const http = await tcpTo(tlsPort);
  http.write("GET / HTTP/1.0\r\n\r\n");
  const end = await event("session-end", 2);
  expect(end).toMatchObject({ reason: "tls-handshake", error: { code: "ERR_SSL_HTTP_REQUEST" } });
  expect(await event("connection", 2)).toMatchObject({ connection: end["connection"], peer: end["peer"] });
  const gone = await tcpTo(tlsPort);
  gone.resetAndDestroy();
  expect(await event("session-end", 3)).toMatchObject({ reason: "closed", by: "peer" });
});

test("TLS before 1.2 is refused", async () => {
  const { tlsPort, event } = await start();
  const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
  await expect(tlsTo(tlsPort, old)).rejects.toThrow();
  const error = { code: "ERR_SSL_UNSUPPORTED_PROTOCOL" };
  expect(await event("session-end")).toMatchObject({ reason: "tls-handshake", error });
});

test("a handshake that does not end is ended in time, and counts among the pending ones till then", async () => {
  const { server, tlsPort, event } = await start({ session: { timeouts: { handshakeMs: 300 } } });
  const silent = await tcpTo(tlsPort);
  await vi.waitFor(() => expect(server.connections).toEqual({ total: 1, pending: 1 }));
  await once(silent, "close");
  expect(await event("session-end")).toMatchObject({ reason: "handshake-timeout", by: "us", bytesReceived: 0 });
  await vi.waitFor(() => expect(server.connections).toEqual({ total: 0, pending: 0 }));
});

test("a crowd that opens connections and says nothing does not keep an encoder out", async () => {
  const { tlsPort, event, events } = await start({ limits: { pending: 8, pendingPerAddress: 8 } });
  for (let i = 0; i < 30; i++) await tcpTo(tlsPort);
  const client = await RawClient.publishOver(await tlsTo(tlsPort), "key");
  expect(await event("publish")).toMatchObject({ stream: "key" });
  for (let i = 0; i < 20; i++) await tcpTo(tlsPort);
  await event("session-end", 31);
  expect(new Set(events("session-end").map(({ reason }) => reason))).toEqual(new Set(["evicted"]));
  expect(client.closed).toBe(false);
});

test("a stop ends handshakes that are under way", async () => {
  const { server, tlsPort, event } = await start();
  await tcpTo(tlsPort);
  await vi.waitFor(() => expect(server.connections.total).toBe(1));
  expect(await server.stop()).toBe(true);
  expect(await event("session-end")).toMatchObject({ reason: "server-stopping", by: "application" });
});

test("follows the files of its certificate, and keeps the old one while they do not go together", async () => {
  const { tlsPort, files, event, events } = await start();
  const before = await tlsTo(tlsPort);
  const first = before.getPeerCertificate().fingerprint256;
  const client = await RawClient.publishOver(before, "key");
  const next = await makeCertificate();
  await writeFile(`${files.cert}.new`, next.cert);
  await rename(`${files.cert}.new`, files.cert);
  expect(await event("certificate-failed")).toMatchObject({ path: files.cert, level: "error" });
  const between = await tlsTo(tlsPort);
  expect(between.getPeerCertificate().fingerprint256).toBe(first);
  await writeFile(files.key, next.key);
  expect(await event("certificate-loaded")).toMatchObject({ path: files.cert });
  const after = await tlsTo(tlsPort);
  expect(after.getPeerCertificate().fingerprint256).not.toBe(first);
  client.send(audioMessage(0)); // who was there before goes on
  client.command(0, "deleteStream", 4, null, 1);
  expect(await event("unpublish")).toMatchObject({ clean: true, audio: 1 });
  expect(events("certificate-failed").length).toBe(1);
});

test.for([
  ["that is not there", { cert: "/nowhere/cert.pem" }, /\/nowhere\/cert\.pem can not be read/],
  ["whose key is another one's", { key: "other" }, /can not be used/],
] as const)("does not start with a certificate %s", async ([, change, message]) => {
  const [files, other] = [await certificateFiles(), await certificateFiles()];
  const tls = { ...files, ...change, ...("key" in change && { key: other.key }) };
  const server = new IngestServer({ rtmp: { listen: ["127.0.0.1:0"] }, rtmps: { listen: ["127.0.0.1:0"] }, tls });
  await expect(server.start()).rejects.toThrow(message);
});
