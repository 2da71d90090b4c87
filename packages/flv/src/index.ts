export { FlvError, type FlvErrorCode } from "./errors.js";
export {
  encodeFlvHeader,
  encodeFlvTag,
  encodeFlvTagHeader,
  encodePreviousTagSize,
  FLV_HEADER_LENGTH,
  FLV_TAG_HEADER_LENGTH,
  type FlvHeaderFlags,
  type FlvTag,
  FlvTagType,
  MAX_FLV_PAYLOAD,
  PREVIOUS_TAG_SIZE_LENGTH,
  writeFlvTag,
} from "./flv-tag.js";
export {
  AUDIO_FOUR_CCS,
  type AudioFourCc,
  fourCcToNumber,
  numberToFourCc,
  VIDEO_FOUR_CCS,
  type VideoFourCc,
} from "./four-cc.js";
export {
  audioCodecOf,
  audioTrackIdOf,
  isAudioChannelConfig,
  isAudioSequenceHeader,
  isVideoKeyframe,
  isVideoMetadata,
  isVideoSequenceEnd,
  isVideoSequenceHeader,
  videoCodecOf,
  videoTrackIdOf,
} from "./peek.js";
