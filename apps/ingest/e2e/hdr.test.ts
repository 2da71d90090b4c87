import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ColorInfo, encodeColorInfo, encodeVideoTag } from "@rtmp/flv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { followHls, openHls } from "../src/testing/hls-follower.js";
import { fileTags } from "../src/testing/sample-file.js";
import { publish } from "./support/client.js";
import { areThere, FFMPEG } from "./support/clients-of-today.js";
import { flvFile } from "./support/every-form.js";
import { Ingest } from "./support/ingest.js";
import { complaints, makeSample } from "./support/media.js";
import { has, run } from "./support/programs.js";

/** BT.2020 in PQ, mastered on a display of P3. */
const HDR: ColorInfo = {
  colorConfig: { bitDepth: 10, colorPrimaries: 9, transferCharacteristics: 16, matrixCoefficients: 9 },
  hdrCll: { maxCLL: 1000, maxFall: 400 },
  hdrMdcv: {
    ...{ redX: 0.68, redY: 0.32, greenX: 0.265, greenY: 0.69, blueX: 0.15, blueY: 0.06 },
    ...{ whitePointX: 0.3127, whitePointY: 0.329, maxLuminance: 1000, minLuminance: 0.0001 },
  },
};

describe.skipIf(!has("ffmpeg") || !has("ffprobe"))("colour information (with files made by ffmpeg)", () => {
  let folder: string;
  let ingest: Ingest;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rtmp-hdr-"));
    ingest = await Ingest.start("--http", "127.0.0.1:0", "--hls-segment", "1s", "--record-format", "mp4");
  });
  afterAll(async () => {
    await ingest[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const recorded = async (stream: string): Promise<string> => {
    await ingest.event("recording-closed", { stream });
    return ingest.recording(stream);
  };

  test("of Enhanced RTMP is what ffprobe reads of a recording, and what HLS says", async () => {
    const [head, ...rest] = fileTags(await readFile(await makeSample(folder, "video alone", 5)));
    if (head === undefined) throw new Error("no tags");
    const metadata = { kind: "video", isExHeader: true, frameType: 1, packetType: "Metadata", fourCc: "avc1" } as const;
    const payload = encodeVideoTag({ ...metadata, data: encodeColorInfo(HDR) });
    await writeFile(join(folder, "hdr.flv"), flvFile([head, { tagType: 9, timestamp: 0, payload }, ...rest]));
    const publishing = publish(join(folder, "hdr.flv"), ingest.url("hdr"));
    await ingest.event("publish", { stream: "hdr" });
    const { multivariant, urls } = await openHls(`${await ingest.site()}/live/hdr/index.m3u8`);
    const [followed] = await Promise.all(urls.map(followHls));
    expect((await publishing.ended).code).toBe(0);
    expect(multivariant.variants[0]?.attributes["VIDEO-RANGE"]).toBe("PQ");
    expect(Object.keys(followed?.init.boxes ?? {})).toEqual(expect.arrayContaining(["avcC", "colr", "mdcv", "clli"]));

    const file = await recorded("hdr");
    const { streams } = JSON.parse(await run("ffprobe", "-v", "error", "-show_streams", "-of", "json", file)) as {
      streams: [Record<string, unknown>];
    };
    expect(streams[0]).toMatchObject({
      ...{ color_range: "tv", color_primaries: "bt2020", color_transfer: "smpte2084", color_space: "bt2020nc" },
      side_data_list: expect.arrayContaining([
        { side_data_type: "Content light level metadata", max_content: 1000, max_average: 400 },
        expect.objectContaining({
          ...{ side_data_type: "Mastering display metadata", red_x: "34000/50000", green_y: "34500/50000" },
          ...{ white_point_x: "15635/50000", min_luminance: "1/10000", max_luminance: "10000000/10000" },
        }),
      ]),
    });
    expect(await complaints(file)).toBe("");
  });

  test.skipIf(!areThere)("as FFmpeg 9 sends it with HEVC and AV1 is in the right track", async () => {
    const colors = "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc";
    const source = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25", "-pix_fmt", "yuv420p10", "-t", "2"];
    const [hevc, av1] = [join(folder, "hevc.mp4"), join(folder, "av1.mp4")];
    const x265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", `log-level=none:keyint=25:${colors}`];
    await run(FFMPEG, "-v", "error", ...source, ...x265, hevc);
    await run(FFMPEG, "-v", "error", ...source, "-c:v", "libsvtav1", "-preset", "11", "-g", "25", av1);
    const inputs = ["-i", hevc, "-i", av1, "-map", "0", "-map", "1", "-c", "copy"];
    await run(FFMPEG, ...["-v", "error", "-nostdin", ...inputs], "-f", "flv", ingest.url("two"));
    const bytes = await readFile(await recorded("two"));
    const [at, hvcC, av1C] = ["colrnclx", "hvcC", "av1C"].map((type) => bytes.indexOf(type));
    expect(bytes.subarray(at, (at ?? 0) + 15).toString("hex")).toBe("636f6c726e636c7800090010000900");
    expect([hvcC, at, av1C].every((each, index, all) => (each ?? 0) > (all[index - 1] ?? 0))).toBe(true);
    expect(bytes.indexOf("colrnclx", (at ?? 0) + 1)).toBe(-1); // FFmpeg tells no colours of AV1 as such
  });
});
