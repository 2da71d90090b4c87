import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where Chromium is on this machine. */
export const chromiumPath: string | undefined = PATHS.find((path) => existsSync(path));

/** Starts a headless Chromium that asks no host but ours for anything. */
export function startBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error("chromium is not installed");
  const quiet = ["background-networking", "component-update", "sync", "gpu", "quic"].map((name) => `--disable-${name}`);
  return chromium.launch({
    executablePath: chromiumPath,
    args: [...quiet, "--no-first-run", "--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
  });
}

/** What a video element shows. */
export interface Shown {
  readonly currentTime: number;
  readonly width: number;
  readonly height: number;
  /** Brightest minus darkest pixel of the picture, 0 to 255: 0 for a plain colour. */
  readonly contrast: number;
}

/** Looks at the page's video. */
export function look(page: Page): Promise<Shown> {
  // A text, not a function: it runs in the page, whose types the tests do not have.
  return page.evaluate(`(() => {
    const video = document.querySelector("video");
    const canvas = document.createElement("canvas");
    canvas.width = 64;
    canvas.height = 36;
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0, 64, 36);
    const { data } = context.getImageData(0, 0, 64, 36);
    let [low, high] = [255, 0];
    for (let i = 0; i < data.length; i += 4) {
      low = Math.min(low, data[i]);
      high = Math.max(high, data[i]);
    }
    const { currentTime, videoWidth: width, videoHeight: height } = video;
    return { currentTime, width, height, contrast: high - low };
  })()`);
}
