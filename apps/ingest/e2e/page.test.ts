import { mkdir } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { chromiumPath, look, startBrowser } from "./support/browser.js";
import { Ingest } from "./support/ingest.js";
import { has, type Running, start } from "./support/programs.js";

const TOKEN = "page-token-0123456789";

/** Publishes a test picture with sound, live, until it is ended. */
function publishPicture(url: string, seconds = 60): Running {
  const video = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25"];
  const audio = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"];
  const encode = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25", "-pix_fmt", "yuv420p"];
  const sound = ["-c:a", "aac", "-ac", "2"];
  const out = ["-t", String(seconds), "-f", "flv", url];
  const all = ["-v", "error", "-nostdin", "-re", ...video, "-re", ...audio, ...encode, ...sound, ...out];
  const running = start("ffmpeg", all, 90_000);
  onTestFinished(async () => {
    running.process.kill("SIGKILL");
    await running.ended;
  });
  return running;
}

describe.skipIf(chromiumPath === undefined || !has("ffmpeg"))("the web page in Chromium, FFmpeg publishing", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  /** A server, and its page in a browser of its own. */
  async function open(flags: readonly string[] = [], options: Parameters<Browser["newContext"]>[0] = {}) {
    const ingest = await Ingest.start("--http", "127.0.0.1:0", ...flags);
    onTestFinished(() => ingest[Symbol.asyncDispose]());
    const { port } = await ingest.event("listening", { protocol: "http" });
    const base = `http://127.0.0.1:${port}`;
    const context = await browser.newContext(options);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    const foreign: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(base) && !/^(blob|data):/.test(request.url())) foreign.push(request.url());
    });
    await page.goto(base);
    return { ingest, base, page, problems, foreign };
  }

  /** Waits until the video of the page shows moving pictures that are not of one colour. */
  async function plays(page: Page): Promise<void> {
    await vi.waitFor(async () => expect(await look(page)).toMatchObject({ width: 320, height: 180 }), 20_000);
    const first = await look(page);
    await vi.waitFor(async () => {
      const now = await look(page);
      expect(now.currentTime).toBeGreaterThan(first.currentTime + 0.5);
      expect(now.contrast).toBeGreaterThan(60);
    }, 20_000);
  }

  test("a stream appears, plays with low latency and as HLS, and is kicked", async () => {
    const { ingest, page, problems, foreign } = await open();
    await page.getByText("Nothing is live.").waitFor();
    const publisher = publishPicture(ingest.url("camera"));
    const card = page.locator("article.stream", { hasText: "live/camera" });
    await card.waitFor({ timeout: 15_000 });
    await card.getByText("320×180").waitFor({ timeout: 15_000 });
    await card.getByText(/avc1.*fps/).waitFor();

    await card.getByRole("button", { name: "Play" }).click();
    await plays(page);
    await page.getByLabel("HLS").click();
    await plays(page);
    await page.getByRole("button", { name: "Close" }).click();

    page.on("dialog", (dialog) => void dialog.accept());
    await card.getByRole("button", { name: "Kick" }).click();
    await page.getByText("Nothing is live.").waitFor({ timeout: 15_000 });
    await page.locator("#ended").getByText("kicked").waitFor({ timeout: 15_000 });
    await publisher.ended;
    expect(await ingest.event("unpublish", { stream: "camera" })).toMatchObject({ reason: "kicked", clean: false });
    expect({ problems, foreign }).toEqual({ problems: [], foreign: [] });
  });

  test("with a token the page asks for it, and shows nothing before", async () => {
    const { ingest, page, problems } = await open(["--http-token", TOKEN]);
    await page.getByLabel("Token").fill("wrong-token-0123");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("This is not the token.").waitFor();
    expect(await page.locator("#main").isVisible()).toBe(false);
    await page.getByLabel("Token").fill(TOKEN);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("Nothing is live.").waitFor();
    expect(ingest.text).not.toContain(TOKEN);
    expect(problems).toEqual([]);
  });

  test.for([
    ["light", { width: 1280, height: 860 }],
    ["dark", { width: 390, height: 844 }],
  ] as const)("fits a screen, %s", async ([colorScheme, viewport]) => {
    const { ingest, page } = await open([], { colorScheme, viewport });
    publishPicture(ingest.url("camera"));
    const card = page.locator("article.stream.live");
    await card.getByText("320×180").waitFor({ timeout: 15_000 });
    await card.getByText(/\d s$/).first().waitFor();
    const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(overflow)).toBe(0);
    const folder = process.env["RTMP_SCREENSHOTS"];
    if (folder === undefined) return;
    await mkdir(folder, { recursive: true });
    await page.setViewportSize({ width: 1120, height: 548 });
    await new Promise((resolve) => setTimeout(resolve, 20_000)); // for charts with something in them
    await page.screenshot({ path: `${folder}/page-${colorScheme}.png` });
  });
});
