import { ByteWriter } from "@rtmp/bytes-util";
import { packetTypeNumber, writeFourCc, writeModEx, writeTracks } from "./ex-header.js";
import { isLaidOutLikeAvc } from "./peek.js";
import {
  type ExVideoBody,
  FrameType,
  hasCompositionTime,
  type LegacyVideoTag,
  VIDEO_MULTITRACK,
  VIDEO_PACKET_TYPES,
  type VideoPacketType,
  type VideoTag,
} from "./video-tag.js";

/**
 * The payload of a video message or tag, from its parts: the inverse of `parseVideoTag`.
 * @throws RangeError if a value does not fit its field, or a composition time has none. TypeError if a value is missing
 * that the packet type needs.
 */
export function encodeVideoTag(tag: VideoTag): Uint8Array<ArrayBuffer> {
  if (tag.empty) return new Uint8Array(0);
  if (!(Number.isInteger(tag.frameType) && tag.frameType >= 0 && tag.frameType <= 7)) {
    throw new RangeError(`frame type ${tag.frameType}`);
  }
  const out = new ByteWriter();
  if (!tag.isExHeader) writeLegacy(out, tag);
  else writeEx(out, tag);
  return out.toBytes();
}

function writeEx(out: ByteWriter, tag: Extract<VideoTag, { isExHeader: true }>): void {
  const modEx = tag.modEx ?? [];
  const high = 8 | tag.frameType;
  const isCommand = tag.frameType === FrameType.command && (tag.packetType !== "Metadata" || tag.multitrackType);
  if (tag.videoCommand !== undefined) {
    const { packetType } = tag;
    if (!isCommand) throw new RangeError(`a command in frame type ${tag.frameType}, packet type ${packetType}`);
    const outer = packetType === VIDEO_MULTITRACK;
    writeModEx(out, high, modEx, outer ? VIDEO_MULTITRACK : numberOf(packetType));
    out.u8(tag.videoCommand);
    out.bytes(tag.data);
    return;
  }
  if (isCommand) throw new TypeError("frame type 5 without videoCommand");
  const packetType = numberOf(tag.packetType);
  if (tag.multitrackType !== undefined) {
    writeModEx(out, high, modEx, VIDEO_MULTITRACK);
    writeTracks(out, tag.multitrackType, packetType, tag.tracks, (track) => writeBody(out, tag.packetType, track));
    return;
  }
  writeModEx(out, high, modEx, packetType);
  writeFourCc(out, tag.fourCc);
  writeBody(out, tag.packetType, tag);
}

function numberOf(packetType: VideoPacketType | number): number {
  return packetTypeNumber(packetType, VIDEO_PACKET_TYPES, VIDEO_MULTITRACK);
}

function writeLegacy(out: ByteWriter, tag: LegacyVideoTag): void {
  const { frameType, codecId, videoCommand, avcPacketType, compositionTime } = tag;
  if (!(Number.isInteger(codecId) && codecId >= 0 && codecId <= 15)) throw new RangeError(`codec id ${codecId}`);
  out.u8((frameType << 4) | codecId);
  if (frameType === FrameType.command) {
    if (videoCommand === undefined) throw new TypeError("frame type 5 without videoCommand");
    out.u8(videoCommand);
  } else if (isLaidOutLikeAvc(codecId)) {
    if (avcPacketType === undefined) throw new TypeError(`codec ${codecId} without avcPacketType`);
    out.u8(avcPacketType);
    out.i24(compositionTime ?? 0);
  }
  out.bytes(tag.data);
}

function writeBody(out: ByteWriter, packetType: VideoPacketType | number, body: ExVideoBody): void {
  const offset = body.compositionTimeOffset ?? 0;
  if (packetType === "CodedFrames" && hasCompositionTime(body.fourCc)) out.i24(offset);
  else if (offset !== 0) {
    throw new RangeError(`${packetType} of ${body.fourCc} can not carry a composition time of ${offset} ms`);
  }
  out.bytes(body.data);
}
