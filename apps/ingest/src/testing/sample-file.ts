import { writeFile } from "node:fs/promises";
import { encodeScriptData, FlvReader, type FlvTag, FlvWriter } from "@rtmp/flv";

const AVC_CONFIG = Uint8Array.of(0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 0);
const AAC_CONFIG = Uint8Array.of(0xaf, 0, 0x12, 0x10);

/** Tags of a stream: 25 pictures a second, a keyframe every `gop` of them, sound beside each. No two have the same body. */
export function sampleTags(count: number, gop = 5, first = 0): FlvTag[] {
  const tags: FlvTag[] = [
    { tagType: 18, timestamp: 0, payload: encodeScriptData("onMetaData", [{ width: 160, encoder: "test" }]) },
    { tagType: 9, timestamp: first, payload: AVC_CONFIG },
    { tagType: 8, timestamp: first, payload: AAC_CONFIG },
  ];
  for (let index = 0; index < count; index++) {
    const timestamp = first + index * 40;
    const head = index % gop === 0 ? 0x17 : 0x27;
    tags.push({ tagType: 9, timestamp, payload: Uint8Array.of(head, 1, 0, 0, 0, index >> 8, index & 255, 1) });
    tags.push({ tagType: 8, timestamp: timestamp + 7, payload: Uint8Array.of(0xaf, 1, index >> 8, index & 255) });
  }
  return tags;
}

/** Writes tags into a file as our recorder does. */
export async function writeSample(path: string, tags: readonly FlvTag[]): Promise<void> {
  const writer = new FlvWriter();
  const parts = tags.map((tag) => writer.append(tag));
  const { bytes, patches } = writer.close();
  const file = Buffer.concat([...parts, bytes]);
  for (const patch of patches) file.set(patch.bytes, patch.offset);
  await writeFile(path, file);
}

/** A file's or stream's audio and video, a line each: `9 40 2701…`. */
export function mediaLines(tags: Iterable<FlvTag>): string[] {
  const lines: string[] = [];
  for (const { tagType, timestamp, payload } of tags) {
    if (tagType === 8 || tagType === 9) lines.push(`${tagType} ${timestamp} ${Buffer.from(payload).toString("hex")}`);
  }
  return lines;
}

/** All tags of a file. */
export function fileTags(file: Uint8Array): FlvTag[] {
  const reader = new FlvReader({ strict: true });
  reader.push(file);
  const tags: FlvTag[] = [];
  for (let item = reader.read(); item !== undefined; item = reader.read()) if (item.kind === "tag") tags.push(item);
  reader.end();
  return tags;
}
