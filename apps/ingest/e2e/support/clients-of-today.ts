import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where `.ci/run` puts them. */
const path = (program: string) =>
  fileURLToPath(new URL(`../../../../node_modules/.cache/rtmp-clients/bin/${program}`, import.meta.url));

/** FFmpeg 9, from PyPI's `imageio-ffmpeg`. */
export const FFMPEG = path("ffmpeg");
/** A Python with libavformat 62 (of FFmpeg 8), from PyPI's `av`. */
export const PYTHON = path("python");

/** Whether they are installed. */
export const areThere = existsSync(FFMPEG) && existsSync(PYTHON);
