import type { ByteWriter } from "@rtmp/bytes-util";
import type { TagCursor } from "./cursor.js";
import { FlvError } from "./errors.js";

/** Packet type of a ModEx turn, the same number for audio and video. */
export const MOD_EX = 7;
/** Most ModEx turns in one message. */
export const MAX_MOD_EX = 8;
/** Most tracks in one message. */
const MAX_TRACKS = 32;

/** Layouts of a multitrack message: `AvMultitrackType` 0, 1 and 2. */
export const MULTITRACK_TYPES = ["OneTrack", "ManyTracks", "ManyTracksManyCodecs"] as const;
/** One of {@link MULTITRACK_TYPES}. */
export type MultitrackType = (typeof MULTITRACK_TYPES)[number];

/** One ModEx turn: an extension in front of a packet, skipped by those who do not know it. */
export interface ModEx {
  /** 0 is TimestampOffsetNano, 1 to 15 are reserved. */
  readonly type: number;
  /** All its data: 1 to 65,536 bytes, at least 3 for type 0. */
  readonly data: Uint8Array;
  /** Type 0 only: nanoseconds, 0 to 999,999 if the sender keeps to the text, to add to this message's presentation time. */
  readonly timestampOffsetNano?: number;
}

/**
 * The ModEx turn that adds nanoseconds to the presentation time of one message.
 * @throws RangeError outside 0 to 999,999.
 */
export function timestampOffsetModEx(nanoseconds: number): ModEx {
  if (!(Number.isInteger(nanoseconds) && nanoseconds >= 0 && nanoseconds <= 999_999)) {
    throw new RangeError(`a timestamp offset of ${nanoseconds} ns`);
  }
  const data = Uint8Array.of(nanoseconds >>> 16, nanoseconds >>> 8, nanoseconds);
  return { type: 0, data, timestampOffsetNano: nanoseconds };
}

/**
 * Reads ModEx turns until another packet type comes (ExAudioTagHeader, ExVideoTagHeader).
 * @param packetType the packet type of the first byte. @returns the one behind the last turn.
 */
export function readModEx(input: TagCursor, packetType: number, turns: ModEx[]): number {
  let next = packetType;
  while (next === MOD_EX) {
    if (turns.length === MAX_MOD_EX) {
      throw new FlvError("too-many-mod-ex", `more than ${MAX_MOD_EX} ModEx turns`, input.position);
    }
    const start = input.position;
    let length = input.u8("ModEx size") + 1;
    if (length === 256) length = input.u16("ModEx size") + 1;
    const data = input.take(length, "ModEx data");
    const types = input.u8("ModEx type");
    const type = types >> 4;
    next = types & 0x0f;
    if (type !== 0) turns.push({ type, data });
    else if (length < 3) throw new FlvError("malformed-mod-ex", `a nanosecond offset of ${length} bytes`, start);
    else turns.push({ type, data, timestampOffsetNano: nanoOf(data) });
  }
  return next;
}

/** Writes the first byte of an Ex header and the ModEx turns, down to the nibble that holds `packetType`. */
export function writeModEx(out: ByteWriter, high: number, turns: readonly ModEx[], packetType: number): void {
  if (turns.length > MAX_MOD_EX) throw new RangeError(`${turns.length} ModEx turns`);
  out.u8((high << 4) | (turns.length > 0 ? MOD_EX : packetType));
  for (let i = 0; i < turns.length; i++) {
    const { type, data } = turns[i] as ModEx;
    if (!(Number.isInteger(type) && type >= 0 && type <= 15)) throw new RangeError(`ModEx type ${type}`);
    const least = type === 0 ? 3 : 1;
    if (!(data.length >= least && data.length <= 65_536)) throw new RangeError(`ModEx data of ${data.length} bytes`);
    if (data.length < 256) out.u8(data.length - 1);
    else {
      out.u8(0xff); // says 256, which stands for: the size follows in 16 bits
      out.u16(data.length - 1);
    }
    out.bytes(data);
    out.u8((type << 4) | (i + 1 < turns.length ? MOD_EX : packetType));
  }
}

/** What the byte behind a Multitrack packet type says. */
export interface MultitrackHeader {
  readonly multitrackType: MultitrackType;
  /** Packet type of every track in the message. */
  readonly packetType: number;
}

/** Reads the byte behind a Multitrack packet type. @param multitrack that type's number: 5 audio, 6 video. */
export function readMultitrackHeader(input: TagCursor, multitrack: number): MultitrackHeader {
  const at = input.position;
  const types = input.u8("multitrack type");
  const multitrackType = MULTITRACK_TYPES[types >> 4];
  if (multitrackType === undefined) {
    throw new FlvError("unknown-multitrack-type", `multitrack type ${types >> 4}`, at);
  }
  const packetType = types & 0x0f;
  if (packetType === multitrack || packetType === MOD_EX) {
    throw new FlvError("nested-multitrack", `packet type ${packetType} inside a multitrack message`, at);
  }
  return { multitrackType, packetType };
}

/** Reads the tracks of a multitrack message; `readTrack` gets a cursor over one track's body alone. */
export function readTracks<Track>(
  input: TagCursor,
  multitrackType: MultitrackType,
  readTrack: (body: TagCursor, trackId: number, fourCc: string) => Track,
): Track[] {
  const tracks: Track[] = [];
  let fourCc = multitrackType === "ManyTracksManyCodecs" ? "" : input.fourCc();
  do {
    if (tracks.length === MAX_TRACKS) {
      throw new FlvError("too-many-tracks", `more than ${MAX_TRACKS} tracks`, input.position);
    }
    if (multitrackType === "ManyTracksManyCodecs") fourCc = input.fourCc();
    const trackId = input.u8("track id");
    const length = multitrackType === "OneTrack" ? input.remaining : input.u24("track size");
    tracks.push(readTrack(input.inner(length, "track"), trackId, fourCc));
  } while (input.remaining > 0);
  return tracks;
}

/** Whether a multitrack type can hold these tracks. */
function checkTracks(multitrackType: MultitrackType, tracks: readonly { fourCc: string }[]): void {
  if (!MULTITRACK_TYPES.includes(multitrackType)) throw new RangeError(`multitrack type ${multitrackType}`);
  const most = multitrackType === "OneTrack" ? 1 : MAX_TRACKS;
  if (!(tracks.length >= 1 && tracks.length <= most))
    throw new RangeError(`${tracks.length} tracks as ${multitrackType}`);
  if (multitrackType === "ManyTracksManyCodecs") return;
  const fourCc = tracks[0]?.fourCc;
  if (tracks.some((track) => track.fourCc !== fourCc)) throw new RangeError(`several codecs as ${multitrackType}`);
}

/** Writes the byte behind a Multitrack packet type, and the tracks: the twin of {@link readTracks}. */
export function writeTracks<Track extends { trackId: number; fourCc: string }>(
  out: ByteWriter,
  multitrackType: MultitrackType,
  packetType: number,
  tracks: readonly Track[],
  writeTrack: (track: Track) => void,
): void {
  checkTracks(multitrackType, tracks);
  out.u8((MULTITRACK_TYPES.indexOf(multitrackType) << 4) | packetType);
  for (const [index, track] of tracks.entries()) {
    if (multitrackType === "ManyTracksManyCodecs" || index === 0) writeFourCc(out, track.fourCc);
    out.u8(track.trackId);
    const sizeAt = out.length;
    if (multitrackType !== "OneTrack") out.u24(0);
    writeTrack(track);
    if (multitrackType !== "OneTrack") out.setU24(sizeAt, out.length - sizeAt - 3);
  }
}

/** The nibble of a packet type. @throws RangeError for a number that has a name, or means Multitrack or ModEx. */
export function packetTypeNumber(
  packetType: string | number,
  names: { readonly [name: string]: number },
  multitrack: number,
): number {
  if (typeof packetType === "string") {
    const value = Object.hasOwn(names, packetType) ? names[packetType] : undefined;
    if (value !== undefined) return value;
  } else if (Number.isInteger(packetType) && packetType >= 0 && packetType <= 15) {
    const isReserved = packetType !== multitrack && packetType !== MOD_EX && !Object.values(names).includes(packetType);
    if (isReserved) return packetType;
  }
  throw new RangeError(`packet type ${packetType}`);
}

/** Four characters of one byte each. @throws RangeError if they are not. */
export function writeFourCc(out: ByteWriter, fourCc: string): void {
  if (!/^[\0-\xff]{4}$/s.test(fourCc)) throw new RangeError(`the FourCC ${JSON.stringify(fourCc)}`);
  for (let i = 0; i < 4; i++) out.u8(fourCc.charCodeAt(i));
}

function nanoOf(data: Uint8Array): number {
  return ((data[0] as number) << 16) | ((data[1] as number) << 8) | (data[2] as number);
}
