import { ByteWriter } from "@rtmp/bytes-util";
import {
  AAC_SOUND_FORMAT,
  AUDIO_MULTITRACK,
  AUDIO_PACKET_TYPES,
  type AudioPacketType,
  type AudioTag,
  EX_SOUND_FORMAT,
  type ExAudioBody,
  type LegacyAudioTag,
} from "./audio-tag.js";
import { packetTypeNumber, writeFourCc, writeModEx, writeTracks } from "./ex-header.js";

/**
 * The payload of an audio message or tag, from its parts: the inverse of `parseAudioTag`.
 * @throws RangeError if a value does not fit its field. TypeError if one is missing that the packet type needs.
 */
export function encodeAudioTag(tag: AudioTag): Uint8Array<ArrayBuffer> {
  if (tag.empty) return new Uint8Array(0);
  const out = new ByteWriter();
  if (!tag.isExHeader) writeLegacy(out, tag);
  else {
    const packetType = packetTypeNumber(tag.packetType, AUDIO_PACKET_TYPES, AUDIO_MULTITRACK);
    const modEx = tag.modEx ?? [];
    if (tag.multitrackType === undefined) {
      writeModEx(out, EX_SOUND_FORMAT, modEx, packetType);
      writeFourCc(out, tag.fourCc);
      writeBody(out, tag.packetType, tag);
    } else {
      writeModEx(out, EX_SOUND_FORMAT, modEx, AUDIO_MULTITRACK);
      writeTracks(out, tag.multitrackType, packetType, tag.tracks, (track) => writeBody(out, tag.packetType, track));
    }
  }
  return out.toBytes();
}

function writeLegacy(out: ByteWriter, tag: LegacyAudioTag): void {
  const { soundFormat, soundRate, soundSize, soundType, aacPacketType } = tag;
  if (!(soundFormat >= 0 && soundFormat <= 15 && soundFormat !== EX_SOUND_FORMAT)) {
    throw new RangeError(`sound format ${soundFormat}`);
  }
  if (!(soundRate >= 0 && soundRate <= 3)) throw new RangeError(`sound rate ${soundRate}`);
  if (!(soundSize >= 0 && soundSize <= 1)) throw new RangeError(`sound size ${soundSize}`);
  if (!(soundType >= 0 && soundType <= 1)) throw new RangeError(`sound type ${soundType}`);
  out.u8((soundFormat << 4) | (soundRate << 2) | (soundSize << 1) | soundType);
  if (soundFormat === AAC_SOUND_FORMAT) {
    if (aacPacketType === undefined) throw new TypeError("AAC without aacPacketType");
    out.u8(aacPacketType);
  }
  out.bytes(tag.data);
}

function writeBody(out: ByteWriter, packetType: AudioPacketType | number, body: ExAudioBody): void {
  if (packetType === "MultichannelConfig") {
    const { channelOrder, channelCount, channelFlags, channelMapping } = body;
    if (channelOrder === undefined || channelCount === undefined) {
      throw new TypeError("MultichannelConfig without channelOrder and channelCount");
    }
    out.u8(channelOrder);
    out.u8(channelCount);
    if (channelOrder === 1) {
      if (channelFlags === undefined) throw new TypeError("native channel order without channelFlags");
      out.u32(channelFlags);
    }
    if (channelOrder === 2) {
      if (channelMapping?.length !== channelCount)
        throw new TypeError(`not ${channelCount} channels in channelMapping`);
      for (const speaker of channelMapping) out.u8(speaker);
    }
  }
  out.bytes(body.data);
}
