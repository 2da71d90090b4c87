import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:tls";
import { expect, onTestFinished, test, vi } from "vitest";
import { ConfigError, type IngestOptions } from "./config/config.js";
import { certificateFiles, makeCertificate } from "./testing/certificates.js";
import { audioMessage } from "./testing/packets.js";
import { RawClient } from "./testing/raw-client.js";
import { startServer } from "./testing/test-server.js";

test("limits count for those who come from then on, and streams go on", async () => {
  const options = { limits: { perAddress: 2 }, session: { limits: { maxMediaLength: 2 ** 20 } } };
  const { server, port, event, events, directory } = await startServer(options);
  const rest = { rtmp: { listen: ["127.0.0.1:0"] }, record: { directory, flushMs: 0 }, graceMs: 5000 };
  const first = await RawClient.publish(port, "first");
  const limits = { perAddress: 1 };
  const session = { timeouts: { startMs: 300 } };
  const { applied, needRestart } = await server.reload({ ...rest, limits, session });
  expect(applied).toEqual(["limits.perAddress", "session.limits.maxMediaLength", "session.timeouts.startMs"]);
  expect(needRestart).toEqual([]);
  await RawClient.connect(port);
  expect(await event("connection-refused")).toMatchObject({ reason: "too-many-connections" });
  await server.reload({ ...rest, session });
  await RawClient.open(port);
  expect(await event("session-end")).toMatchObject({ reason: "start-timeout" });
  first.send(audioMessage(0));
  first.command(0, "deleteStream", 4, null, 1);
  expect(await event("unpublish")).toMatchObject({ stream: "first", clean: true, audio: 1 });
  expect(events("fault")).toEqual([]);
});

test("what needs a restart is named, each time, and stays as it was", async () => {
  const { server, directory } = await startServer();
  const next = {
    rtmp: { listen: ["127.0.0.1:0", "127.0.0.1:1"] },
    record: { directory, flushMs: 0 },
    graceMs: 4000,
    publish: { takeover: "replace" },
  } satisfies IngestOptions;
  const needRestart = ["rtmp.listen", "publish.takeover"];
  expect(await server.reload(next)).toEqual({ applied: ["graceMs"], needRestart });
  expect(await server.reload(next)).toEqual({ applied: [], needRestart });
});

test("a configuration that is wrong, or names a file that can not be used, changes nothing", async () => {
  const tls = { ...(await certificateFiles()), watchMs: 0 };
  const options = { rtmps: { listen: ["127.0.0.1:0"] }, tls };
  const { server, port, events } = await startServer(options);
  await expect(server.reload({ limits: { perAddress: 0 } })).rejects.toThrow(ConfigError);
  const other = await certificateFiles();
  const mixed = { ...options, limits: { perAddress: 1 }, tls: { ...tls, key: other.key } };
  await expect(server.reload(mixed)).rejects.toThrow(/can not be used/);
  await expect(server.reload({ ...options, relay: { ca: "/nowhere/ca.pem" } })).rejects.toThrow(/ENOENT/);
  await RawClient.publish(port, "one");
  await RawClient.publish(port, "two"); // the limit of one was not taken
  expect(events("connection-refused")).toEqual([]);
});

test("brings another certificate, and looks at its files from then on", async () => {
  const [first, second] = [await certificateFiles(), await certificateFiles()];
  const options = { rtmps: { listen: ["127.0.0.1:0"] }, tls: { ...first, watchMs: 0 } };
  const { server, events, event } = await startServer(options);
  const port = await vi.waitFor(() => Number(events("listening")[1]?.["port"]));
  const fingerprint = async (): Promise<string> => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
    onTestFinished(() => void socket.destroy());
    await once(socket, "secureConnect");
    return socket.getPeerCertificate().fingerprint256;
  };
  const before = await fingerprint();
  const { applied } = await server.reload({ ...options, tls: { ...second, watchMs: 20 } });
  expect(applied).toEqual(expect.arrayContaining(["tls.cert", "tls.key", "tls.watchMs"]));
  const after = await fingerprint();
  expect(after).not.toBe(before);
  const third = await makeCertificate();
  await writeFile(second.cert, third.cert);
  await writeFile(second.key, third.key);
  await event("certificate-loaded");
  expect(await fingerprint()).not.toBe(after);
});

test("a token that is taken away needs a restart: without one, HTTP would be open to all", async () => {
  const token = "s3cret-token";
  const { server } = await startServer({ http: { listen: { port: 0 }, token } });
  const { applied, needRestart } = await server.reload({ http: { listen: { port: 0 } } });
  expect(needRestart).toContain("http.token");
  expect(applied).not.toContain("http.token");
  const changed = await server.reload({ http: { listen: { port: 0 }, token: `${token}-2` } });
  expect(changed.applied).toContain("http.token");
});
