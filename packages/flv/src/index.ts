export {
  AUDIO_PACKET_TYPES,
  type AudioPacketType,
  type AudioTag,
  type AudioTrack,
  type EmptyAudioTag,
  type ExAudioBody,
  type ExAudioTag,
  type LegacyAudioTag,
  type MultitrackAudioTag,
  parseAudioTag,
} from "./audio-tag.js";
export { encodeAudioTag } from "./audio-tag-encode.js";
export { FlvError, type FlvErrorCode } from "./errors.js";
export { type ModEx, MULTITRACK_TYPES, type MultitrackType, timestampOffsetModEx } from "./ex-header.js";
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
export {
  type AudioTrackView,
  readAudioTracks,
  readVideoTracks,
  timestampOffsetNanoOf,
  type VideoTrackView,
} from "./tracks.js";
export {
  type EmptyVideoTag,
  type ExVideoBody,
  type ExVideoCommandTag,
  type ExVideoTag,
  FrameType,
  type LegacyVideoTag,
  type MultitrackVideoTag,
  parseVideoTag,
  VIDEO_PACKET_TYPES,
  type VideoPacketType,
  type VideoTag,
  type VideoTrack,
} from "./video-tag.js";
export { encodeVideoTag } from "./video-tag-encode.js";
