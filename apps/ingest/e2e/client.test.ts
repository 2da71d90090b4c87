import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSessions } from "../src/testing/session-server.js";
import { logOf, play, publish } from "./support/client.js";
import { everyForm, flvFile } from "./support/every-form.js";
import { type MediaTag, mediaTag, mediaTags } from "./support/flv-tags.js";
import { Ingest } from "./support/ingest.js";
import { makeSample, ofKind, packets } from "./support/media.js";
import { freePort, hasNginxRtmp, startNginx } from "./support/nginx.js";
import { PLAYERS, tail } from "./support/players.js";
import { has, hasGStreamer, type Running, start } from "./support/programs.js";

const kinds = ["audio", "video"] as const;
const of = (tags: readonly MediaTag[], kind: string): MediaTag[] => tags.filter((tag) => tag.kind === kind);

/** Waits for a command to say something. */
async function says(command: Running, event: string): Promise<void> {
  await expect.poll(() => command.output(), { timeout: 15_000, interval: 20 }).toContain(`"event":"${event}"`);
}

let folder: string;
let sample: string;
let ingest: Ingest;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rtmp-client-"));
  if (has("ffmpeg")) sample = await makeSample(folder, "H.264 with B-frames and AAC", 3);
  ingest = await Ingest.start("--play-wait", "30s", "--log-level", "debug");
});
afterAll(async () => {
  await ingest[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
const path = (name: string): string => join(folder, `${name}.flv`);

describe.skipIf(!has("ffmpeg") || !hasNginxRtmp)("rtmp-ingest and nginx-rtmp (with a file made by ffmpeg)", () => {
  test("what is published there is played from there bit for bit, to the end of the stream", async () => {
    const nginx = await startNginx();
    try {
      const player = play(nginx.url("key?token=1"), path("nginx"));
      await says(player, "play");
      expect(await publish(sample, nginx.url("key?token=2")).ended).toMatchObject({ code: 0 });
      expect(await player.ended).toMatchObject({ code: 0 });
      const [sent, played] = [await mediaTags(sample), await mediaTags(path("nginx"))];
      for (const kind of kinds) {
        expect(of(played, kind).length).toBeGreaterThan(70);
        expect(of(played, kind)).toEqual(of(sent, kind));
      }
    } finally {
      await nginx.stop();
    }
  });
});

describe.skipIf(!has("ffmpeg"))("rtmp-ingest and a listening ffmpeg", () => {
  const listen = (...args: string[]): Running => start("ffmpeg", ["-v", "error", "-nostdin", "-y", ...args]);

  test.concurrent("publishes to it", async () => {
    const url = `rtmp://127.0.0.1:${await freePort()}/live/key`;
    const server = listen("-listen", "1", "-i", url, "-map", "0", "-c", "copy", path("listening"));
    expect(await publish(sample, url, "--no-pace").ended).toMatchObject({ code: 0 });
    expect(await server.ended).toMatchObject({ code: 0 });
    expect(await packets(path("listening"))).toEqual(await packets(sample));
  });

  test.concurrent("plays from it", async () => {
    const url = `rtmp://127.0.0.1:${await freePort()}/live/key`;
    const server = listen("-re", "-i", sample, "-map", "0", "-c", "copy", "-f", "flv", "-listen", "1", url);
    expect(await play(url, path("from-ffmpeg")).ended).toMatchObject({ code: 0 });
    expect((await server.ended).code).toBe(0);
    expect(await packets(path("from-ffmpeg"))).toEqual(await packets(sample));
  });
});

describe.concurrent("through rtmp-ingest", () => {
  /** The URL of a stream in an application of its own. */
  const url = (stream: string): string => ingest.url(stream, stream);

  /**
   * Plays and records a stream; a player that waits for its begin has to get all of it.
   * @param others players of the stream beside ours, already on their way.
   */
  async function passes(stream: string, publisher: () => Running, others = 0): Promise<MediaTag[]> {
    const player = play(url(stream), path(stream));
    const arrived = () => ingest.log.filter(({ event, app }) => event === "connect" && app === stream);
    await expect.poll(arrived, { timeout: 15_000, interval: 20 }).toHaveLength(1 + others);
    expect((await publisher().ended).code).toBe(0);
    expect(await player.ended).toMatchObject({ code: 0 });
    await ingest.event("unpublish", { stream, clean: true });
    const played = await mediaTags(path(stream));
    expect(played.length).toBeGreaterThan(70);
    expect(await mediaTags(await ingest.recording(stream, stream))).toEqual(played);
    return played;
  }

  const muxed = (): string => path("gst-sent");
  const elements = ["filesrc", "flvdemux", "h264parse", "aacparse", "flvmux", "tee", "rtmp2sink", "filesink"];
  /** Who publishes the sample, and the file that has what they sent. */
  const PUBLISHERS: Record<string, { there: boolean; sent(): string; start(url: string): Running }> = {
    "rtmp-ingest": { there: true, sent: () => sample, start: (url) => publish(sample, url) },
    FFmpeg: {
      there: true,
      sent: () => sample,
      start: (url) => {
        const args = ["-v", "error", "-nostdin", "-re", "-i", sample, "-map", "0", "-c", "copy", "-f", "flv"];
        return start("ffmpeg", [...args, url]);
      },
    },
    "GStreamer rtmp2sink": {
      there: hasGStreamer(...elements),
      sent: muxed,
      start: (url) =>
        start("gst-launch-1.0", [
          ...["-q", "filesrc", `location=${sample}`, "!", "flvdemux", "name=demux"],
          ...["demux.video", "!", "queue", "!", "h264parse", "!", "mux."],
          ...["demux.audio", "!", "queue", "!", "aacparse", "!", "mux."],
          ...["flvmux", "name=mux", "streamable=true", "!", "tee", "name=both"],
          ...["both.", "!", "queue", "!", "rtmp2sink", `location=${url}`],
          ...["both.", "!", "queue", "!", "filesink", `location=${muxed()}`],
        ]),
    },
  };

  for (const [name, publisher] of Object.entries(PUBLISHERS)) {
    const players = Object.entries(PLAYERS);
    const there = has("ffmpeg") && publisher.there && players.every(([, player]) => player.there);
    const all = ["rtmp-ingest", ...players.map(([player]) => player)].join(", ");
    test.skipIf(!there)(
      `what ${name} publishes (a file made by ffmpeg), each of ${all} plays bit for bit`,
      async () => {
        const stream = name.replace(/\W/g, "");
        const others = players.map(([player, { command }]) => {
          const file = path(`${stream}-${player.replace(/\W/g, "")}`);
          return { player, file, running: start(...command(url(stream), file), 25_000) };
        });
        const played = await passes(stream, () => publisher.start(url(stream)), others.length);
        const sent = await packets(publisher.sent());
        expect(sent.length).toBeGreaterThan(150);
        if (name === "rtmp-ingest") expect(played).toEqual(await mediaTags(sample));
        for (const kind of kinds) expect(ofKind(await packets(path(stream)), kind)).toEqual(ofKind(sent, kind));
        for (const { player, file, running } of others) {
          expect({ player, ...(await running.ended) }).toMatchObject({ player, code: 0 });
          const theirs = await packets(file);
          expect({ player, video: ofKind(theirs, "video") }).toEqual({ player, video: ofKind(sent, "video") });
          // FFmpeg leaves out what comes before its first picture.
          expect(ofKind(theirs, "audio").length).toBeGreaterThan(100);
          expect({ player, audio: ofKind(theirs, "audio") }).toEqual({ player, audio: tail(sent, "audio", theirs) });
        }
      },
    );
  }

  test("all that Enhanced RTMP can say passes bit for bit: ModEx, VVC, every multitrack form", async () => {
    const tags = everyForm();
    await writeFile(path("forms-sent"), flvFile(tags));
    const played = await passes("forms", () => publish(path("forms-sent"), url("forms"), "--no-pace"));
    expect(played).toEqual(tags.map(({ tagType, timestamp, payload }) => mediaTag(tagType, timestamp, payload)));
  });

  test("a refused publish prints the server's reason and exits with 3", async () => {
    const tags = everyForm();
    await writeFile(path("held"), flvFile(tags));
    const holder = publish(path("held"), ingest.url("held"));
    await ingest.event("publish", { stream: "held" });
    const { code, output } = await publish(path("held"), `${ingest.url("held")}?token=s3cret`, "--retries", "0").ended;
    expect(code).toBe(3);
    expect(logOf(output).at(-1)).toMatchObject({
      status: "NetStream.Publish.BadName",
      msg: expect.stringMatching(/already/),
    });
    expect(output).not.toContain("s3cret");
    holder.process.kill("SIGINT");
    expect((await holder.ended).code).toBe(130);
    await ingest.event("unpublish", { stream: "held", clean: true });
  });

  // Alone: its server is stopped by a hook of the test that runs, and among concurrent ones that may be another, or none.
  test.sequential("a publisher and a player that are asked to come here do so within a second, and nothing is lost", async () => {
    const tags = everyForm();
    await writeFile(path("moving"), flvFile(tags));
    const asked: number[] = [];
    const elsewhere = await startSessions((session) => {
      const ask = (): void => {
        asked.push(performance.now());
        session().requestReconnect(`rtmp://127.0.0.1:${ingest.port}/live`, "This server is going to rest.");
      };
      return {
        media: (message) => {
          if (elsewhere.media.push(message) === 50) ask();
        },
        play: (request) => {
          request.accept();
          ask();
        },
      };
    });
    const player = play(elsewhere.url("moved"), path("moved"));
    await says(player, "reconnect-request");
    const publisher = publish(path("moving"), elsewhere.url("moved"));
    await ingest.event("publish", { stream: "moved" });
    expect(performance.now() - (asked[1] ?? 0)).toBeLessThan(1000);
    expect((await publisher.ended).code).toBe(0);
    expect((await player.ended).code).toBe(0);
    const before = elsewhere.media.flatMap((each) => mediaTag(each.messageTypeId, each.timestamp, each.payload) ?? []);
    const after = await mediaTags(path("moved"));
    const sent = tags.flatMap((each) => mediaTag(each.tagType, each.timestamp, each.payload) ?? []);
    expect(before).toEqual(sent.slice(0, before.length));
    expect(after.slice(before.length - sent.length)).toEqual(sent.slice(before.length));
  });
});
