import {
  type FlvTag,
  FlvTagType,
  isAudioChannelConfig,
  isAudioSequenceHeader,
  isVideoKeyframe,
  isVideoMetadata,
  isVideoSequenceHeader,
} from "@rtmp/flv";
import { readDataFrame } from "../hub/data-frame.js";
import type { MediaPacket } from "../hub/media-packet.js";

/** A tag of a file, or a message of a stream, with what it is. */
export interface FlvPacket extends MediaPacket {
  /** Data: its name, such as `onMetaData`. */
  readonly name?: string | undefined;
}

/** Looks at a tag or message: frame, decoder configuration or data. `undefined` for types that hold none of them. */
export function flvPacket({ tagType, timestamp, payload }: FlvTag): FlvPacket | undefined {
  switch (tagType) {
    case FlvTagType.audio: {
      const role = isAudioSequenceHeader(payload) || isAudioChannelConfig(payload) ? "config" : "frame";
      return { kind: "audio", tagType, role, keyframe: false, timestamp, payload };
    }
    case FlvTagType.video: {
      const role = isVideoSequenceHeader(payload) || isVideoMetadata(payload) ? "config" : "frame";
      return { kind: "video", tagType, role, keyframe: isVideoKeyframe(payload), timestamp, payload };
    }
    case FlvTagType.script:
    case FlvTagType.scriptAmf3: {
      const { name } = readDataFrame(tagType, payload);
      return { kind: "data", tagType, role: "data", keyframe: false, timestamp, payload, name };
    }
    default:
      return undefined;
  }
}
