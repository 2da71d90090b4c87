import { ofKind, type Packet } from "./media.js";
import { has, hasGStreamer } from "./programs.js";

/** Other people's players: what each is started with to write what it plays into a file, as it comes. */
export const PLAYERS: Record<string, { there: boolean; command(url: string, file: string): [string, string[]] }> = {
  FFmpeg: {
    there: has("ffmpeg"),
    command: (url, file) => [
      "ffmpeg",
      ["-v", "error", "-nostdin", "-copyts", "-i", url, "-c", "copy", "-f", "flv", file],
    ],
  },
  rtmpdump: { there: has("rtmpdump"), command: (url, file) => ["rtmpdump", ["-q", "--live", "-r", url, "-o", file]] },
  "GStreamer rtmp2src": {
    there: hasGStreamer("rtmp2src", "filesink"),
    command: (url, file) => [
      "gst-launch-1.0",
      ["-q", "rtmp2src", `location=${url}`, "!", "filesink", `location=${file}`],
    ],
  },
};

/** What a player should have from its first frame on; times are compared too. */
export function tail(sent: readonly Packet[], kind: string, played: readonly Packet[]): Packet[] {
  const first = ofKind(played, kind)[0];
  const all = ofKind(sent, kind);
  return all.slice(all.findIndex(({ hash, pts }) => hash === first?.hash && pts === first.pts));
}
