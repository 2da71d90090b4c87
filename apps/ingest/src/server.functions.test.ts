import { describe, expect, test } from "vitest";
import { askToPublish } from "./testing/ask-to-publish.js";
import { json, startHooks } from "./testing/hook-server.js";
import { RawClient } from "./testing/raw-client.js";
import { startServer } from "./testing/test-server.js";

describe("functions", () => {
  test("decide like hooks", async () => {
    const { port, event } = await startServer(
      { play: { waitMs: 0 } },
      {
        onPublish: async ({ query, stream }) => query === "ok" && { allowed: true, stream: `${stream}-1` },
        onPlay: () => false,
      },
    );
    await askToPublish(port, "a", "NetStream.Publish.Denied");
    await askToPublish(port, "a?ok", "NetStream.Publish.Start");
    expect(await event("publish")).toMatchObject({ stream: "a-1" });
    const player = await RawClient.open(port);
    player.command(1, "play", 3, null, "a-1");
    await player.sees("NetStream.Play.Failed");
  });

  test("that throw, reject or answer nothing refuse, and are a fault", async () => {
    const { port, event } = await startServer(
      {},
      {
        onPublish: ({ stream }) => {
          if (stream === "throws") throw new Error("thrown");
          return stream === "rejects" ? Promise.reject(new Error("rejected")) : (JSON.parse("null") as boolean);
        },
      },
    );
    for (const [i, name] of ["throws", "rejects", "nothing"].entries()) {
      await askToPublish(port, name, "NetStream.Publish.Denied");
      expect(await event("fault", i + 1)).toMatchObject({ where: "gate" });
    }
  });

  test("are asked after the hooks, with the name that those gave", async () => {
    const hook = await startHooks(json({ allow: true, stream: "camera" }));
    const asked: string[] = [];
    const { port, event } = await startServer(
      { hooks: { url: hook.url, events: ["publish"] } },
      {
        onPublish: ({ stream }) => {
          asked.push(stream);
          return false;
        },
      },
    );
    await askToPublish(port, "sEcrEt", "NetStream.Publish.Denied");
    expect(asked).toEqual(["camera"]);
    expect(await event("publish-refused")).toMatchObject({ stream: "camera" });
    expect(hook.calls.length).toBe(1);
  });
});
