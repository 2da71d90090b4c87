import { decodeScriptData, FlvError, FlvTagType } from "@rtmp/flv";
import { type Publisher, withSetDataFrame } from "@rtmp/session";
import type { FlvPacket } from "./flv-packet.js";

/** Members of onMetaData that tell of a file, and would be lies about a live stream. */
const OF_A_FILE = new Set([
  "duration",
  "filesize",
  "fileSize",
  "lasttimestamp",
  "lastkeyframetimestamp",
  "lastkeyframelocation",
  "keyframes",
  "hasKeyframes",
  "hasCuePoints",
  "canSeekToEnd",
  "videosize",
  "audiosize",
  "datasize",
]);

type Metadata = Parameters<Publisher["sendMetadata"]>[0];

/**
 * The members of a file's onMetaData that hold for the stream too; `undefined` if all of them do, or it can not be read:
 * then it is best sent as it is.
 */
export function streamMetadata({ tagType, payload }: FlvPacket): Metadata | undefined {
  try {
    const members = decodeScriptData(payload, { tagType }).values[0];
    if (typeof members !== "object" || members === null || Array.isArray(members)) return undefined;
    const entries = Object.entries(members as Metadata);
    const kept = entries.filter(([name]) => !OF_A_FILE.has(name));
    return kept.length === entries.length ? undefined : Object.fromEntries(kept);
  } catch (error) {
    if (error instanceof FlvError) return undefined;
    throw error;
  }
}

/** An onMetaData as publishers send it: behind `@setDataFrame`, so that servers keep it for players that come later. */
export function asDataFrame({ tagType, payload }: FlvPacket): Uint8Array {
  if (tagType !== FlvTagType.scriptAmf3 || payload[0] !== 0) return withSetDataFrame(payload);
  const framed = withSetDataFrame(payload.subarray(1)); // behind the format selector of type 15
  return Uint8Array.of(0, ...framed);
}
