import type { ExAudioBody } from "./audio-tag.js";

/** Speakers by number, which is also their bit in `channelFlags` (Enhanced RTMP `AudioChannel`). */
export const CHANNEL_NAMES = [
  "FrontLeft",
  "FrontRight",
  "FrontCenter",
  "LowFrequency1",
  "BackLeft",
  "BackRight",
  "FrontLeftCenter",
  "FrontRightCenter",
  "BackCenter",
  "SideLeft",
  "SideRight",
  "TopCenter",
  "TopFrontLeft",
  "TopFrontCenter",
  "TopFrontRight",
  "TopBackLeft",
  "TopBackCenter",
  "TopBackRight",
  "LowFrequency2",
  "TopSideLeft",
  "TopSideRight",
  "BottomFrontCenter",
  "BottomFrontLeft",
  "BottomFrontRight",
] as const;

/** A speaker, or why there is none. */
export type ChannelName = (typeof CHANNEL_NAMES)[number] | "Unused" | "Unknown";

/** More channels than this are not mapped. */
const MAX_CHANNELS = 32;
const UNUSED = 0xfe;

/**
 * The speaker of each channel of a MultichannelConfig, in the order of the bitstream. `undefined` if it does not say:
 * unspecified order, more than 32 channels, or no MultichannelConfig at all.
 */
export function channelNames(body: ExAudioBody): ChannelName[] | undefined {
  const { channelOrder, channelCount = 0, channelFlags, channelMapping } = body;
  if (channelCount > MAX_CHANNELS) return undefined;
  if (channelOrder === 1 && channelFlags !== undefined) {
    return CHANNEL_NAMES.filter((_, bit) => ((channelFlags >>> bit) & 1) === 1);
  }
  if (channelOrder !== 2) return undefined;
  return channelMapping?.map((speaker) => (speaker === UNUSED ? "Unused" : (CHANNEL_NAMES[speaker] ?? "Unknown")));
}
