import { MAX_MOD_EX, MOD_EX } from "./ex-header.js";
import { peekFourCc } from "./four-cc.js";

// What the hot path asks of every message. Nothing here allocates or throws: a body that is cut short answers no.

const VIDEO_MULTITRACK = 6;
const AUDIO_MULTITRACK = 5;
const CUT = -1;

/** Codecs of legacy video headers; those that have a FourCC are named by it. */
export const LEGACY_VIDEO_CODECS: readonly (string | undefined)[] = [
  undefined,
  undefined,
  "sorenson-h263",
  "screen",
  "vp6",
  "vp6a",
  "screen2",
  "avc1",
  undefined,
  undefined,
  undefined,
  undefined,
  "hvc1",
  "av01",
];
/** Codecs of legacy audio headers, likewise. */
export const LEGACY_AUDIO_CODECS: readonly (string | undefined)[] = [
  "pcm",
  "adpcm",
  ".mp3",
  "pcm-le",
  "nellymoser-16k",
  "nellymoser-8k",
  "nellymoser",
  "g711-alaw",
  "g711-mulaw",
  undefined,
  "mp4a",
  "speex",
  undefined,
  undefined,
  "mp3-8k",
  "device",
];

/**
 * Whether a video body holds a picture that a decoder can start at: frame type 1 or 4 with coded data. False for
 * sequence headers, ends of sequence, metadata and commands, whatever frame type they claim.
 * In a multitrack message the frame type counts for all its tracks; see {@link videoTrackIdOf}.
 */
export function isVideoKeyframe(body: Uint8Array): boolean {
  if (body.length === 0) return false;
  const first = body[0] as number;
  const frameType = (first >> 4) & 7;
  if (frameType !== 1 && frameType !== 4) return false;
  if (first < 0x80) return isLaidOutLikeAvc(first & 0x0f) ? body[1] === 1 : body.length > 1;
  const packetType = videoPacketTypeAt(body);
  return packetType === 1 || packetType === 3;
}

/** Whether a video body holds a codec's configuration, which late joiners need first (also MPEG-2 TS style for AV1). */
export function isVideoSequenceHeader(body: Uint8Array): boolean {
  if (body.length === 0) return false;
  const first = body[0] as number;
  if (((first >> 4) & 7) === 5) return false;
  if (first < 0x80) return isLaidOutLikeAvc(first & 0x0f) && body[1] === 0;
  const packetType = videoPacketTypeAt(body);
  return packetType === 0 || packetType === 5;
}

/** Whether a video body says that the sequence ends. */
export function isVideoSequenceEnd(body: Uint8Array): boolean {
  if (body.length === 0) return false;
  const first = body[0] as number;
  if (((first >> 4) & 7) === 5) return false;
  if (first < 0x80) return isLaidOutLikeAvc(first & 0x0f) && body[1] === 2;
  return videoPacketTypeAt(body) === 2;
}

/** Whether a video body is a Metadata packet (colorInfo), which late joiners need too; its frame type means nothing. */
export function isVideoMetadata(body: Uint8Array): boolean {
  return body.length > 0 && (body[0] as number) >= 0x80 && videoPacketTypeAt(body) === 4;
}

/** Whether an audio body holds a codec's configuration: AudioSpecificConfig, OpusHead, STREAMINFO, or an empty one. */
export function isAudioSequenceHeader(body: Uint8Array): boolean {
  if (body.length === 0) return false;
  const format = (body[0] as number) >> 4;
  if (format === 10) return body[1] === 0;
  return format === 9 && audioPacketTypeAt(body) === 0;
}

/** Whether an audio body says which speaker each channel is for (MultichannelConfig), which late joiners need too. */
export function isAudioChannelConfig(body: Uint8Array): boolean {
  return body.length > 0 && (body[0] as number) >> 4 === 9 && audioPacketTypeAt(body) === 4;
}

/**
 * The codec of a video body: its FourCC, for legacy headers `avc1`, `hvc1` (codec 12), `av01` (13), `sorenson-h263`,
 * `screen`, `screen2`, `vp6`, `vp6a`. Of several tracks the first one's. `undefined` for none, an unknown legacy
 * number or a body cut short.
 */
export function videoCodecOf(body: Uint8Array): string | undefined {
  if (body.length === 0) return undefined;
  const first = body[0] as number;
  if (first < 0x80) return LEGACY_VIDEO_CODECS[first & 0x0f];
  const at = afterModEx(body);
  if (at === CUT) return undefined;
  const packetType = at & 0x0f;
  if (((first >> 4) & 7) === 5 && packetType !== 4) return undefined; // a command has no codec
  return peekFourCc(body, (at >>> 4) + (packetType === VIDEO_MULTITRACK ? 1 : 0));
}

/**
 * The codec of an audio body: its FourCC, for legacy headers `mp4a`, `.mp3`, `mp3-8k`, `speex`, `pcm`, `pcm-le`,
 * `adpcm`, `g711-alaw`, `g711-mulaw`, `nellymoser`, `nellymoser-8k`, `nellymoser-16k`, `device`. Else as
 * {@link videoCodecOf}.
 */
export function audioCodecOf(body: Uint8Array): string | undefined {
  if (body.length === 0) return undefined;
  const format = (body[0] as number) >> 4;
  if (format !== 9) return LEGACY_AUDIO_CODECS[format];
  const at = afterModEx(body);
  if (at === CUT) return undefined;
  return peekFourCc(body, (at >>> 4) + ((at & 0x0f) === AUDIO_MULTITRACK ? 1 : 0));
}

/**
 * The track that a video body is for: 0 unless it is a multitrack message, the first track's id in one. `undefined`
 * for an empty body or one cut short.
 */
export function videoTrackIdOf(body: Uint8Array): number | undefined {
  if (body.length === 0) return undefined;
  const first = body[0] as number;
  if (first < 0x80) return 0;
  const at = afterModEx(body);
  if (at === CUT) return undefined;
  const isCommand = ((first >> 4) & 7) === 5 && (at & 0x0f) !== 4;
  if (isCommand || (at & 0x0f) !== VIDEO_MULTITRACK) return 0;
  return body[(at >>> 4) + 5]; // behind the multitrack type and the FourCC, in all three forms
}

/** As {@link videoTrackIdOf}, for an audio body. */
export function audioTrackIdOf(body: Uint8Array): number | undefined {
  if (body.length === 0) return undefined;
  if ((body[0] as number) >> 4 !== 9) return 0;
  const at = afterModEx(body);
  if (at === CUT) return undefined;
  return (at & 0x0f) === AUDIO_MULTITRACK ? body[(at >>> 4) + 5] : 0;
}

/** Codecs whose legacy header goes on with a packet type and a composition time: AVC, and HEVC as number 12. */
export function isLaidOutLikeAvc(codecId: number): boolean {
  return codecId === 7 || codecId === 12;
}

/** The packet type of an Ex video body behind ModEx and Multitrack; {@link CUT} for a command or a body cut short. */
function videoPacketTypeAt(body: Uint8Array): number {
  const at = afterModEx(body);
  if (at === CUT) return CUT;
  const packetType = at & 0x0f;
  if (packetType !== 4 && (((body[0] as number) >> 4) & 7) === 5) return CUT;
  return packetType === VIDEO_MULTITRACK ? innerPacketType(body, at >>> 4) : packetType;
}

function audioPacketTypeAt(body: Uint8Array): number {
  const at = afterModEx(body);
  if (at === CUT) return CUT;
  return (at & 0x0f) === AUDIO_MULTITRACK ? innerPacketType(body, at >>> 4) : at & 0x0f;
}

function innerPacketType(body: Uint8Array, at: number): number {
  return at < body.length ? (body[at] as number) & 0x0f : CUT;
}

/** Skips ModEx turns. @returns 16 x the offset behind the packet type, plus that type, in one number; or {@link CUT}. */
function afterModEx(body: Uint8Array): number {
  let at = 1;
  let packetType = (body[0] as number) & 0x0f;
  for (let turns = 0; packetType === MOD_EX; turns++) {
    if (turns === MAX_MOD_EX || at + 3 > body.length) return CUT;
    let length = (body[at++] as number) + 1;
    if (length === 256) {
      length = (((body[at] as number) << 8) | (body[at + 1] as number)) + 1;
      at += 2;
    }
    at += length;
    if (at >= body.length) return CUT;
    packetType = (body[at++] as number) & 0x0f;
  }
  return at * 16 + packetType;
}
