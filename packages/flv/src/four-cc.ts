/** FourCCs that Enhanced RTMP defines for video (ExVideoTagHeader). */
export const VIDEO_FOUR_CCS = ["vp08", "vp09", "av01", "avc1", "hvc1", "vvc1"] as const;
/** FourCCs that Enhanced RTMP defines for audio (ExAudioTagHeader). */
export const AUDIO_FOUR_CCS = ["ac-3", "ec-3", "Opus", ".mp3", "fLaC", "mp4a"] as const;

/** One of {@link VIDEO_FOUR_CCS}. */
export type VideoFourCc = (typeof VIDEO_FOUR_CCS)[number];
/** One of {@link AUDIO_FOUR_CCS}. */
export type AudioFourCc = (typeof AUDIO_FOUR_CCS)[number];

const NAMES = new Map<number, string>(
  [...VIDEO_FOUR_CCS, ...AUDIO_FOUR_CCS].map((name) => [fourCcToNumber(name), name]),
);

/**
 * Four characters as the number that onMetaData carries: `av01` is 1,635,135,537.
 * @throws RangeError unless there are four characters of one byte each.
 */
export function fourCcToNumber(fourCc: string): number {
  if (fourCc.length !== 4) throw new RangeError(`a FourCC of ${fourCc.length} characters`);
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const unit = fourCc.charCodeAt(i);
    if (unit > 0xff) throw new RangeError(`a FourCC with the character ${fourCc[i]}`);
    value = value * 256 + unit;
  }
  return value;
}

/** The inverse of {@link fourCcToNumber}. Bytes that are not ASCII become the Latin-1 character of that number. */
export function numberToFourCc(value: number): string {
  return (
    NAMES.get(value) ?? String.fromCharCode(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
  );
}

/** The FourCC at `at`, `undefined` if it is cut short. Known ones cost no allocation. */
export function peekFourCc(bytes: Uint8Array, at: number): string | undefined {
  if (at + 4 > bytes.length) return undefined;
  const high = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  return numberToFourCc(high * 0x10000 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)));
}
