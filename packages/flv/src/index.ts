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
export { CHANNEL_NAMES, type ChannelName, channelNames } from "./channels.js";
export { type ColorInfo, decodeVideoMetadata, encodeColorInfo, readColorInfo } from "./color-info.js";
export {
  type AacConfig,
  aacCodecString,
  aacProfileName,
  parseAacConfig,
} from "./config/aac-config.js";
export {
  type Av1Config,
  type Av1Sequence,
  av1CodecString,
  av1LevelName,
  av1ProfileName,
  parseAv1Config,
} from "./config/av1-config.js";
export {
  type AvcConfig,
  type AvcSps,
  avcCodecString,
  avcLevelName,
  avcProfileName,
  parseAvcConfig,
  parseAvcSps,
} from "./config/avc-config.js";
export { type AudioConfig, describeAudioConfig, describeVideoConfig, type VideoConfig } from "./config/describe.js";
export { type FlacInfo, parseFlacInfo } from "./config/flac-info.js";
export {
  type HevcConfig,
  type HevcNalArray,
  type HevcSps,
  hevcCodecString,
  hevcLevelName,
  hevcProfileName,
  parseHevcConfig,
  parseHevcSps,
} from "./config/hevc-config.js";
export { splitNalUnits } from "./config/nal-units.js";
export { type OpusHead, parseOpusHead } from "./config/opus-head.js";
export { type Chroma, MAX_CONFIG_LENGTH } from "./config/read-config.js";
export {
  parseVpConfig,
  readVp8KeyFrame,
  readVp9KeyFrame,
  type VpConfig,
  type VpFrame,
  vpCodecString,
  vpLevelName,
} from "./config/vp-config.js";
export { parseVvcConfig, type VvcConfig, type VvcStream, vvcLevelName, vvcProfileName } from "./config/vvc-config.js";
export { FlvError, type FlvErrorCode } from "./errors.js";
export { type ModEx, MULTITRACK_TYPES, type MultitrackType, timestampOffsetModEx } from "./ex-header.js";
export type { FlvKeyframe, FlvSummary } from "./flv-index.js";
export {
  type FlvHeaderItem,
  type FlvItem,
  FlvReader,
  type FlvReaderOptions,
  type FlvTagItem,
} from "./flv-reader.js";
export { type FlvRecovered, FlvRecovery } from "./flv-recovery.js";
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
export { type FlvClosing, type FlvPatch, FlvWriter, type FlvWriterOptions } from "./flv-writer.js";
export {
  AUDIO_FOUR_CCS,
  type AudioFourCc,
  fourCcToNumber,
  numberToFourCc,
  VIDEO_FOUR_CCS,
  type VideoFourCc,
} from "./four-cc.js";
export {
  audioCodecId,
  audioCodecOfId,
  readMetadata,
  type StreamMetadata,
  type TrackMetadata,
  videoCodecId,
  videoCodecOfId,
} from "./metadata.js";
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
  decodeScriptData,
  encodeScriptData,
  type ScriptData,
  type ScriptDataOptions,
  stripSetDataFrame,
} from "./script-data.js";
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
