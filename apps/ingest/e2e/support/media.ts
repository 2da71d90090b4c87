import { join } from "node:path";
import { run } from "./programs.js";

const VIDEO = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25"];
const AUDIO = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"];
const X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p"];
const AAC = ["-c:a", "aac", "-b:a", "64k"];

/** What each sample is made of. */
export const SAMPLES = {
  "H.264 and AAC": [...VIDEO, ...AUDIO, ...X264, ...AAC],
  "H.264 with B-frames and AAC": [...VIDEO, ...AUDIO, ...X264, "-bf", "3", "-x264-params", "b-adapt=0", ...AAC],
  "audio alone": [...AUDIO, ...AAC],
  "video alone": [...VIDEO, ...X264],
} as const;

/** Makes a sample of a few seconds as an FLV file in `folder`. @returns its path. */
export async function makeSample(folder: string, name: keyof typeof SAMPLES, seconds = 3): Promise<string> {
  const path = join(folder, `${name.replace(/\W+/g, "-")}.flv`);
  await run("ffmpeg", "-v", "error", "-y", ...SAMPLES[name], "-t", String(seconds), "-f", "flv", path);
  return path;
}

/** One coded frame as a player would get it. Times in ms. */
export interface Packet {
  readonly kind: string;
  readonly pts: string;
  readonly dts: string;
  readonly key: boolean;
  readonly hash: string;
}

/** All frames of a file in its order, with the SHA-256 of each payload, by ffprobe. */
export async function packets(path: string): Promise<Packet[]> {
  const entries = "packet=codec_type,pts,dts,flags,data_hash";
  const args = ["-v", "error", "-show_data_hash", "sha256", "-show_entries", entries, "-of", "json", path];
  const { packets: found } = JSON.parse(await run("ffprobe", ...args)) as {
    packets: { codec_type: string; pts: number; dts: number; flags: string; data_hash: string }[];
  };
  return found.map(({ codec_type: kind, pts, dts, flags, data_hash: hash }) => ({
    kind,
    pts: String(pts),
    dts: String(dts),
    key: flags.startsWith("K"),
    hash,
  }));
}

/** The frames of one kind, so that two files compare whatever their interleaving. */
export function ofKind(all: readonly Packet[], kind: string): Packet[] {
  return all.filter((packet) => packet.kind === kind);
}

/** What ffprobe has to complain about. */
export async function complaints(path: string): Promise<string> {
  const { start } = await import("./programs.js");
  const { output } = await start("ffprobe", ["-v", "warning", path]).ended;
  return output;
}
