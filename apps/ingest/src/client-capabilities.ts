/** What our clients tell servers: what Enhanced RTMP offers passes through untouched, multitrack (2), ModEx (4), nanosecond offsets (8), any codec (forwarded: 4). */
export const CAPABILITIES = {
  capsEx: 2 | 4 | 8,
  fourCcList: ["*"],
  videoFourCcInfoMap: { "*": 4 },
  audioFourCcInfoMap: { "*": 4 },
} as const;
