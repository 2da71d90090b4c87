import { describe, expect, test } from "vitest";
import { askToPublish } from "./testing/ask-to-publish.js";
import { startHooks, status } from "./testing/hook-server.js";
import { audioMessage } from "./testing/packets.js";
import { RawClient } from "./testing/raw-client.js";
import { startServer } from "./testing/test-server.js";

describe("hooks as nginx-rtmp makes them", () => {
  const options = (url: string, more: object = {}) => ({ hooks: { url, style: "nginx-rtmp" as const, ...more } });

  test("carry its fields, and the stream's own parameters", async () => {
    const hook = await startHooks(status(200));
    const { port } = await startServer(options(hook.url));
    const client = await RawClient.open(port, "live?c=d");
    client.command(1, "publish", 3, null, "cam era?user=ann&addr=10.0.0.1&%6eame=x&name[]=y&k=ä", "live");
    await client.sees("NetStream.Publish.Start");
    client.send(audioMessage(0));
    client.command(0, "deleteStream", 4, null, 1);
    const tcurl = "rtmp://127.0.0.1/live?c=d";
    const connect = await hook.call("call", "connect");
    expect(connect.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(connect.fields).toMatchObject({ app: "live", tcurl, addr: "127.0.0.1", flashver: "", c: "d" });
    const session = { app: "live", flashver: "", swfurl: "", tcurl, pageurl: "", addr: "127.0.0.1", clientid: "1" };
    const own = { user: "ann", k: "ä" };
    expect((await hook.call("call", "publish")).fields).toEqual({
      ...{ ...session, call: "publish", name: "cam era", type: "live", ...own },
    });
    expect((await hook.call("call", "publish_done")).fields).toEqual({
      ...{ ...session, call: "publish_done", name: "cam era", ...own },
    });
    expect((await hook.call("call", "record_done")).fields).toEqual({
      ...{
        ...session,
        call: "record_done",
        recorder: "",
        name: "cam era",
        path: expect.stringMatching(/\.flv$/),
        ...own,
      },
    });
  });

  test("rename a stream with a Location, and tell of its end under the name that was asked for", async () => {
    const hook = await startHooks((response, call) => {
      if (call.fields["call"] === "publish") status(302, { location: "camera" })(response, call);
      else status(200)(response, call);
    });
    const { port, event } = await startServer(options(hook.url));
    const client = await askToPublish(port, "sEcrEt", "NetStream.Publish.Start");
    expect(await event("publish")).toMatchObject({ stream: "camera" });
    const player = await RawClient.open(port);
    player.command(1, "play", 3, null, "camera");
    await player.sees("NetStream.Play.Start");
    client.command(0, "deleteStream", 4, null, 1);
    expect((await hook.call("call", "publish_done")).fields).toMatchObject({ name: "sEcrEt" });
    expect((await hook.call("call", "play_done")).fields).toMatchObject({ name: "camera" });
  });

  test("put the fields into the query with GET, and refuse with any other status", async () => {
    const hook = await startHooks((response, call) =>
      status(call.fields["name"] === "bad" ? 404 : 200)(response, call),
    );
    const { port } = await startServer(options(`${hook.url}?own=1`, { method: "get", events: ["publish"] }));
    await askToPublish(port, "camera?a=b c", "NetStream.Publish.Start");
    expect(hook.calls[0]).toMatchObject({ method: "GET", body: "" });
    expect(hook.calls[0]?.fields).toMatchObject({ own: "1", call: "publish", name: "camera", a: "b c" });
    await askToPublish(port, "bad", "NetStream.Publish.Denied");
  });

  test.for([
    ["a path", "../camera"],
    ["a URL", "http://127.0.0.1/camera"],
    ["another server", "rtmp://127.0.0.1/live/camera"],
  ])("do not rename to %s", async ([, location = ""]) => {
    const hook = await startHooks(status(302, { location }));
    const { port, event } = await startServer(options(hook.url, { events: ["publish"] }));
    await askToPublish(port, "camera", "NetStream.Publish.Denied");
    expect(await event("hook")).toMatchObject({ outcome: "failed", status: 302, level: "warn" });
  });
});
