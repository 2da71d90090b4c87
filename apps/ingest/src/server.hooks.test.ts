import { createHmac } from "node:crypto";
import { createServer } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { askToPublish } from "./testing/ask-to-publish.js";
import { type Answer, json, startHooks, status } from "./testing/hook-server.js";
import { audioMessage } from "./testing/packets.js";
import { RawClient } from "./testing/raw-client.js";
import { startServer } from "./testing/test-server.js";

const secret = "0123456789abcdef";

/** A server that asks only who may publish. */
async function startAsking(answer: Answer, hooks: object = {}) {
  const hook = await startHooks(answer);
  return { hook, ...(await startServer({ hooks: { url: hook.url, events: ["publish"], ...hooks } })) };
}

describe("hooks in JSON", () => {
  test("tell of all that happens, in order, and sign it", async () => {
    const hook = await startHooks(json({ allow: true }));
    const { port, event } = await startServer({ hooks: { url: hook.url, secrets: [secret, `${secret}2`] } });
    const client = await RawClient.publish(port, "camera?token=t0ken", "live?a=b");
    client.send(audioMessage(0));
    const player = await RawClient.open(port);
    player.command(1, "play", 3, null, "camera");
    await player.sees("NetStream.Play.Start");
    player.socket.end();
    await hook.call("hook", "stop");
    client.command(0, "deleteStream", 4, null, 1);
    const unpublish = await hook.call("hook", "unpublish");
    const record = await hook.call("hook", "record");
    expect(hook.calls.map(({ fields }) => fields["hook"]).slice(0, 5)).toEqual(
      ["connect", "publish", "connect", "play", "stop"], // the last two may overtake each other
    );
    expect(hook.calls[1]).toMatchObject({ method: "POST", url: "/hook" });
    expect(hook.calls[1]?.fields).toEqual({
      ...{ version: 1, hook: "publish", protocol: "rtmp", app: "live", stream: "camera", publishingType: "live" },
      ...{ query: "token=t0ken", appQuery: "a=b", tcUrl: "rtmp://127.0.0.1/live?a=b", connection: 1 },
      ...{ address: "127.0.0.1", peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) },
      ...{ id: expect.stringMatching(/^[0-9a-f-]{36}$/), time: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
    expect(unpublish.fields).toMatchObject({
      ...{ app: "live", stream: "camera", connection: 1, clean: true, reason: "deleteStream", by: "peer" },
      ...{ audio: 1, bytes: 10, address: "127.0.0.1", recording: expect.stringContaining("/live/camera/") },
    });
    expect(unpublish.body + record.body).not.toContain("t0ken");
    expect(record.fields).toMatchObject({ app: "live", stream: "camera", path: unpublish.fields["recording"] });
    for (const { headers, body, fields } of hook.calls) {
      const time = headers["x-rtmp-ingest-timestamp"];
      expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60);
      expect(headers["x-rtmp-ingest-id"]).toBe(fields["id"]);
      const sign = (key: string) => createHmac("sha256", key).update(`${time}.${fields["id"]}.${body}`).digest("hex");
      expect(headers["x-rtmp-ingest-signature"]).toBe(`v1=${sign(secret)},v1=${sign(`${secret}2`)}`);
    }
    expect(new Set(hook.calls.map(({ fields }) => fields["id"])).size).toBe(hook.calls.length);
    expect(await event("hook")).toMatchObject({ hook: "connect", outcome: "allowed", tries: 1, status: 200 });
  });

  test("give a secret name a public one, and limits", async () => {
    const limits = { maxDurationMs: 1000, record: false };
    const { port, event, lines, files } = await startAsking(json({ allow: true, stream: "camera", limits }));
    const client = await askToPublish(port, "sEcrEt?x=1", "NetStream.Publish.Start");
    client.send(audioMessage(0));
    expect(await event("publish")).toMatchObject({ stream: "camera" });
    await client.sees("A stream may last 1 s here.");
    expect(await event("unpublish")).toMatchObject({ stream: "camera", reason: "duration-limit" });
    expect(await files()).toEqual([]);
    expect(JSON.stringify(lines)).not.toContain("sEcrEt");
  });

  test.for([
    [
      "in its own words",
      json({ allow: false, code: "NetStream.Publish.BadName", description: "Not\ntoday" }),
      "BadName",
      "Not today",
    ],
    ["by its status", status(403), "Denied", "You may not do that here."],
    ["by its status, with words", json({ description: "No money" }, 402), "Denied", "No money"],
  ] as const)("say no %s, which the encoder is told", async ([, answer, code, words]) => {
    const { port, event, hook } = await startAsking(answer);
    await (await askToPublish(port, "sEcrEt", `NetStream.Publish.${code}`)).sees(words);
    const refused = await event("publish-refused");
    expect(refused).toMatchObject({ reason: "hook-refused", description: words });
    expect(refused["stream"]).toMatch(/^\(hidden-/);
    expect(await event("hook")).toMatchObject({ outcome: "refused" });
    expect(hook.calls.length).toBe(1);
  });

  test("that repeat a key in their words do not bring it into the log", async () => {
    const echo: Answer = (response, { fields }) => {
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ allow: false, description: `No ${fields["stream"]} with ${fields["query"]}: t0 ken` }),
      );
    };
    const { port, event, lines } = await startAsking(echo);
    const client = await askToPublish(port, "sEcrEt?token=t0%20ken", "NetStream.Publish.Denied");
    await client.ends();
    expect(await event("publish-refused")).toMatchObject({ description: "No … with …: …" });
    await event("session-end");
    expect(JSON.stringify(lines)).not.toMatch(/sEcrEt|t0/);
  });

  const html: Answer = (response) => void response.writeHead(200, { "content-type": "text/html" }).end("<p>Hello</p>");
  const huge: Answer = (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ allow: true, padding: "x".repeat(70_000) }));
  };
  test.for([
    ["no content type that is ours", "wrong-content-type", html],
    ["too much", "answer-too-large", huge],
    ["no JSON", "invalid-answer", ((r) => r.setHeader("content-type", "application/json").end("{")) as Answer],
    ["no word of whether", "invalid-answer", json({ stream: "a" })],
    ["something that is not known", "invalid-answer", json({ allow: true, limits: { maxBitRate: 1_000_000 } })],
    ["a redirect", "redirect", status(302, { location: "http://127.0.0.1:1/" })],
    ["an empty name", "invalid-answer", json({ allow: true, stream: "" })],
    ["a path for a name", "invalid-answer", json({ allow: true, stream: "../etc" })],
    ["dots for a name", "invalid-answer", json({ allow: true, stream: ".." })],
    ["control characters in a name", "invalid-answer", json({ allow: true, stream: "a\u0000b" })],
    ["a long name", "invalid-answer", json({ allow: true, stream: "x".repeat(256) })],
    ["an odd code", "invalid-answer", json({ allow: false, code: "../../x" })],
  ] as const)("that answer with %s are a no, and not asked again", async ([, reason, answer]) => {
    const { port, event, hook } = await startAsking(answer);
    await (await askToPublish(port, "camera", "NetStream.Publish.Denied")).sees("can not decide this at the moment");
    expect(await event("publish-refused")).toMatchObject({ reason: `hook-${reason}` });
    expect(await event("hook")).toMatchObject({ outcome: "failed", reason, tries: 1, level: "warn" });
    expect(hook.calls.length).toBe(1);
  });

  test("that allow without a word", async () => {
    const { port } = await startAsking(status(204));
    await askToPublish(port, "camera", "NetStream.Publish.Start");
  });
});

describe("hooks that fail", () => {
  test.for([
    ["a broken answer", ((r: Parameters<Answer>[0]) => void r.socket?.resetAndDestroy()) as Answer],
    ["an error of theirs", status(503)],
    ["too many requests", status(429)],
    [
      "half an answer",
      ((r: Parameters<Answer>[0]) => {
        r.writeHead(200, { "content-type": "application/json", "content-length": "100" });
        r.write("{", () => r.socket?.destroy());
      }) as Answer,
    ],
  ] as const)("with %s are asked again", async ([, broken]) => {
    const { port, event, hook } = await startAsking((response, call) => {
      if (hook.calls.length < 3) broken(response, call);
      else json({ allow: true })(response, call);
    });
    await askToPublish(port, "camera", "NetStream.Publish.Start");
    expect(await event("hook")).toMatchObject({ outcome: "allowed", tries: 3, status: 200 });
    expect(new Set(hook.calls.map(({ fields }) => fields["id"])).size).toBe(1);
  });

  test("for good refuse", async () => {
    const { port, event, hook } = await startAsking(status(500), { retries: 1 });
    await askToPublish(port, "camera", "NetStream.Publish.Denied");
    expect(await event("publish-refused")).toMatchObject({ reason: "hook-status" });
    expect(await event("hook")).toMatchObject({ outcome: "failed", reason: "status", status: 500, tries: 2 });
    expect(hook.calls.length).toBe(2);
  });

  test("because nobody is there refuse", async () => {
    const gone = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => gone.once("listening", resolve));
    const { port: closed } = gone.address() as { port: number };
    await new Promise((resolve) => gone.close(resolve));
    const url = `http://127.0.0.1:${closed}/?token=s3cret`;
    const { port, event, lines } = await startServer({ hooks: { urls: { publish: url }, retries: 0 } });
    await askToPublish(port, "camera", "NetStream.Publish.Denied");
    expect(await event("hook")).toMatchObject({ outcome: "failed", reason: "network", detail: "ECONNREFUSED" });
    expect(JSON.stringify(lines)).not.toContain("s3cret");
  });

  test("that hang hold up nobody else, and are given up in time", async () => {
    const { port, event, hook } = await startAsking(
      (response, call) => {
        if (call.fields["stream"] !== "slow") json({ allow: true })(response, call);
      },
      { timeoutMs: 300, totalMs: 900, retries: 1 },
    );
    const slow = await RawClient.open(port);
    slow.command(1, "publish", 3, null, "slow", "live");
    await hook.call("stream", "slow");
    await askToPublish(port, "other", "NetStream.Publish.Start");
    await slow.sees("NetStream.Publish.Denied");
    expect(await event("publish-refused")).toMatchObject({ reason: "hook-timeout" });
    expect(hook.calls.filter(({ fields }) => fields["stream"] === "slow").length).toBe(2);
  });

  test("that drip hold up no longer than the time of a try", async () => {
    const { port, event } = await startAsking(
      (response) => {
        response.writeHead(200, { "content-type": "application/json" });
        const drip = setInterval(() => response.write(" "), 20);
        response.once("close", () => clearInterval(drip));
      },
      { timeoutMs: 200, retries: 0 },
    );
    await askToPublish(port, "camera", "NetStream.Publish.Denied");
    expect(await event("hook")).toMatchObject({ outcome: "failed", reason: "timeout" });
  });

  test("are never waited for longer than a session waits", async () => {
    const hook = await startHooks(() => {});
    const { port, event } = await startServer({
      hooks: { url: hook.url, events: ["publish"] },
      session: { timeouts: { decisionMs: 1000 } },
    });
    await (await askToPublish(port, "camera", "NetStream.Publish.Denied")).sees("can not decide this at the moment");
    expect(await event("session-end")).toMatchObject({ reason: "publish-rejected" });
  });

  test("beyond those that may be called at once wait, and beyond those that may wait are a no", async () => {
    const held: (() => void)[] = [];
    const { port, event, hook } = await startAsking(
      (response, call) => void held.push(() => json({ allow: true })(response, call)),
      { concurrent: 1, waiting: 1 },
    );
    const first = await RawClient.open(port);
    first.command(1, "publish", 3, null, "first", "live");
    await hook.call("stream", "first");
    const second = await RawClient.open(port);
    second.command(1, "publish", 3, null, "second", "live");
    const left = await RawClient.open(port);
    left.command(1, "publish", 3, null, "left", "live");
    const overloaded = await event("publish-refused"); // one of the two, whichever came later
    expect(overloaded).toMatchObject({ reason: "hook-overloaded" });
    held[0]?.();
    await first.sees("NetStream.Publish.Start");
    await vi.waitFor(() => expect(held.length).toBe(2));
    held[1]?.();
    await event("publish", 2);
    expect(hook.calls.length).toBe(2);
  });

  test("whose caller has left are called no longer", async () => {
    const { port, event, hook } = await startAsking(() => {});
    const client = await RawClient.open(port);
    client.command(1, "publish", 3, null, "camera", "live");
    await hook.call("stream", "camera");
    client.socket.destroy();
    expect(await event("hook")).toMatchObject({ outcome: "failed", reason: "cancelled", level: "debug" });
  });
});

test("other hooks count for those who come from then on", async () => {
  const [first, second] = [await startHooks(status(204)), await startHooks(status(403))];
  const { server, port } = await startServer({ hooks: { urls: { publish: first.url } } });
  await askToPublish(port, "a", "NetStream.Publish.Start");
  await server.reload({ hooks: { urls: { publish: second.url } } });
  await askToPublish(port, "b", "NetStream.Publish.Denied");
  await server.reload({});
  await askToPublish(port, "c", "NetStream.Publish.Start");
  expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
});

describe("what only tells", () => {
  test("is told again until it is heard, also while the server stops", async () => {
    const hook = await startHooks((response, call) => {
      const first = hook.calls.length === 1;
      status(first ? 502 : 200)(response, call);
    });
    const { server, port, event } = await startServer({ hooks: { url: hook.url, events: ["unpublish"] } });
    const client = await RawClient.publish(port, "camera");
    client.send(audioMessage(0));
    expect(await server.stop()).toBe(true);
    expect(hook.calls.map(({ fields }) => fields["reason"])).toEqual(["server-stopping", "server-stopping"]);
    expect(await event("hook")).toMatchObject({ hook: "unpublish", outcome: "delivered", tries: 2 });
  });

  test("holds up neither streams nor, longer than its grace time, the stop", async () => {
    const hook = await startHooks(() => {});
    const { server, port, event } = await startServer({
      hooks: { url: hook.url, events: ["unpublish"] },
      graceMs: 500,
    });
    for (let i = 1; i <= 3; i++) {
      const client = await RawClient.publish(port, "camera");
      client.command(0, "deleteStream", 4, null, 1);
      await event("unpublish", i);
    }
    expect(await server.stop()).toBe(false);
    expect(await event("hook", 3)).toMatchObject({ outcome: "failed", reason: "stopped" });
  });
});
