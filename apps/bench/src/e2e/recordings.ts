import { createReadStream, readdirSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { FlvReader, FlvTagType } from "@rtmp/flv";
import { type StreamOfFrames, streamOf } from "../load/frames.js";
import type { IngestJob } from "../load/jobs.js";

/**
 * Compares what was recorded of ingest loads with what they sent, frame by frame.
 * @param sentBytes how much they wrote, all together.
 * @throws Error if anything is lost, came twice, or was changed.
 */
export async function checkRecordings(folder: string, job: IngestJob, sentBytes: number): Promise<void> {
  const sent = streamOf(job);
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    const isOfLoad = name.split(sep).some((part) => part.startsWith("load"));
    if (!isOfLoad || !statSync(path).isFile()) continue;
    bytes += job.raw === true ? statSync(path).size : await sentBytesOf(path, sent);
  }
  if (bytes !== sentBytes) throw new Error(`${sentBytes} bytes were sent, what is recorded are ${bytes} of them`);
}

/** How many bytes were sent for the frames in a recording. @throws Error if they are not what was sent, in that order. */
async function sentBytesOf(path: string, { beginPayloads, payloads, begin, frames }: StreamOfFrames): Promise<number> {
  const reader = new FlvReader();
  let bytes = 0;
  let count = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    reader.push(piece as Buffer);
    for (let item = reader.read(); item !== undefined; item = reader.read()) {
      if (item.kind !== "tag" || item.tagType !== FlvTagType.video) continue;
      const index = (count - beginPayloads.length) % payloads.length;
      const expected = beginPayloads[count] ?? payloads[index];
      if (expected === undefined || Buffer.compare(item.payload, expected) !== 0) {
        throw new Error(`${path}: frame ${count} is not what was sent`);
      }
      count++;
      if (count === beginPayloads.length) bytes = begin.length;
      else if (count > beginPayloads.length) bytes += frames[index]?.length ?? 0;
    }
  }
  reader.end();
  return bytes;
}
