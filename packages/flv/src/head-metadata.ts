import {
  Amf0Error,
  type Amf0Member,
  type Amf0Node,
  type Amf3ValueDecoder,
  decodeAmf0Node,
  decodeAmf0Nodes,
  decodeAmf0Sequence,
  encodeAmf0,
  encodeAmf0Nodes,
  isAmf0Object,
} from "@rtmp/amf0";
import type { FlvSummary } from "./flv-index.js";
import { selectorLength } from "./script-data.js";

// The onMetaData at the head of a file. Its room is fixed when the first byte of media is written, so what is not used
// of it is filled by one more AMF0 value behind the metadata: valid for every reader, looked at by none.

/** Members that describe the file, not the stream: never taken over from a publisher. */
const OF_THE_FILE = new Set([
  "duration",
  "filesize",
  "fileSize",
  "lasttimestamp",
  "lastkeyframetimestamp",
  "lastkeyframelocation",
  "keyframes",
  "hasKeyframes",
  "hasVideo",
  "hasAudio",
  "hasMetadata",
  "hasCuePoints",
  "canSeekToEnd",
  "videosize",
  "audiosize",
  "datasize",
]);

/** Longest onMetaData payload that is taken in, in bytes. */
export const MAX_METADATA_LENGTH = 262_144;
/** Bytes that all members of a summary take at most, besides the keyframes. */
export const SUMMARY_LENGTH = 512;
/** Bytes that a key frame takes in the index: two numbers. */
export const KEYFRAME_LENGTH = 18;

/**
 * The members of an onMetaData payload without those that describe a file; `undefined` if it can not be decoded or has
 * no members. An AMF3 object is turned into AMF0; AMF3 values inside an AMF0 object are left out.
 */
export function readMembers(
  payload: Uint8Array,
  tagType: number,
  amf3: Amf3ValueDecoder | undefined,
): Amf0Member[] | undefined {
  const bytes = payload.subarray(selectorLength(payload, tagType));
  const options = amf3 === undefined ? {} : { amf3 };
  try {
    const [, node] = decodeAmf0Nodes(bytes, options);
    const members = node?.type === "avmPlus" ? membersOf(decodeAmf0Sequence(bytes, options)[1]) : nodeMembers(node);
    return members?.filter(([name, value]) => !OF_THE_FILE.has(name) && value.type !== "avmPlus");
  } catch (error) {
    if (error instanceof Amf0Error) return undefined;
    throw error;
  }
}

/** An onMetaData payload: exactly `room` bytes, or `undefined` if the members do not fit. */
export function encodeHead(members: readonly Amf0Member[], room: number): Uint8Array<ArrayBuffer> | undefined {
  const nodes: Amf0Node[] = [
    { type: "string", value: "onMetaData", long: false },
    { type: "ecmaArray", count: members.length, members },
  ];
  const gap = room - encodeAmf0Nodes(nodes).length;
  return gap < 0 ? undefined : encodeAmf0Nodes([...nodes, ...filler(gap)]);
}

/**
 * An onMetaData payload with only its own `duration` and `filesize` replaced, so that it keeps its length; `undefined`
 * if it has neither or can not be decoded.
 */
export function replaceNumbers(
  payload: Uint8Array,
  summary: FlvSummary,
  fileLength: number,
): Uint8Array<ArrayBuffer> | undefined {
  const values = new Map([
    ["duration", summary.durationMs / 1000],
    ["filesize", fileLength],
    ["fileSize", fileLength],
  ]);
  let count = 0;
  const replace = (member: Amf0Member): Amf0Member => {
    const value = values.get(member[0]);
    if (value === undefined || member[1].type !== "number") return member;
    count++;
    return [member[0], { type: "number", value }];
  };
  try {
    const nodes = decodeAmf0Nodes(payload).map((node): Amf0Node => {
      if (node.type !== "object" && node.type !== "ecmaArray") return node;
      return { ...node, members: node.members.map(replace) };
    });
    const bytes = encodeAmf0Nodes(nodes);
    return count > 0 && bytes.length === payload.length ? bytes : undefined;
  } catch (error) {
    if (error instanceof Amf0Error) return undefined;
    throw error;
  }
}

/** Bytes of an onMetaData payload with these members. */
export function headLength(members: readonly Amf0Member[]): number {
  return encodeAmf0Nodes([{ type: "ecmaArray", count: members.length, members }]).length + 13;
}

/** Bytes that one more member takes. */
export function memberLength(member: Amf0Member): number {
  return headLength([member]) - headLength([]);
}

/**
 * Members for a closed file: what the summary knows, then what the publisher said, the publisher's word being the last
 * on the stream's own properties. @param fileLength in bytes.
 */
export function closedMembers(summary: FlvSummary, fileLength: number, published: readonly Amf0Member[]): Amf0Member[] {
  const { keyframes, lastKeyframe: last, videoConfig, audioConfig } = summary;
  const known = new Set(published.map(([name]) => name));
  const derived: [string, Amf0Node | undefined][] = [
    ["width", number(videoConfig?.width)],
    ["height", number(videoConfig?.height)],
    ["framerate", number(videoConfig?.frameRate)],
    ["videocodecid", number(summary.videoCodecId)],
    ["audiosamplerate", number(audioConfig?.sampleRate)],
    ["audiochannels", number(audioConfig?.channels)],
    ["stereo", audioConfig?.channels === undefined ? undefined : boolean(audioConfig.channels === 2)],
    ["audiocodecid", number(summary.audioCodecId)],
  ];
  const described: [string, Amf0Node | undefined][] = [
    ["duration", number(summary.durationMs / 1000)],
    ["filesize", number(fileLength)],
    ["lasttimestamp", number(seconds(summary.lastTimestamp))],
    ["lastkeyframetimestamp", number(seconds(last?.timestamp))],
    ["lastkeyframelocation", number(last?.offset)],
    ["hasVideo", boolean(summary.hasVideo)],
    ["hasAudio", boolean(summary.hasAudio)],
    ["hasKeyframes", boolean(last !== undefined)],
    ["canSeekToEnd", boolean(summary.endsWithKeyframe)],
  ];
  const members: Amf0Member[] = [];
  for (const [name, node] of [...described, ...derived.filter(([name]) => !known.has(name))]) {
    if (node !== undefined) members.push([name, node]);
  }
  members.push(...published);
  // Players take an index of one entry for a broken one, and it would help nobody.
  if (keyframes.length >= 2) members.push(keyframeIndex(summary));
  return members;
}

/** The index that players seek by: positions in bytes, times in seconds. */
function keyframeIndex({ keyframes }: FlvSummary): Amf0Member {
  const list = (values: number[]): Amf0Node => {
    return { type: "strictArray", items: values.map((value) => ({ type: "number", value }) as const) };
  };
  const filepositions = list(keyframes.map(({ offset }) => offset));
  const times = list(keyframes.map(({ timestamp }) => timestamp / 1000));
  return [
    "keyframes",
    {
      type: "object",
      members: [
        ["filepositions", filepositions],
        ["times", times],
      ],
    },
  ];
}

/** AMF0 values of exactly so many bytes that mean nothing. */
function filler(length: number): Amf0Node[] {
  const nothing: Amf0Node = { type: "null" };
  if (length < 3) return new Array<Amf0Node>(length).fill(nothing);
  const long = length - 3 > 0xffff;
  return [{ type: "string", value: " ".repeat(length - (long ? 5 : 3)), long }];
}

function nodeMembers(node: Amf0Node | undefined): readonly Amf0Member[] | undefined {
  if (node?.type === "object" || node?.type === "ecmaArray" || node?.type === "typedObject") return node.members;
  return undefined;
}

/** A natural value's members in the lossless form; `undefined` if not all of it has an AMF0 form, or a long one. */
function membersOf(value: unknown): readonly Amf0Member[] | undefined {
  if (!isAmf0Object(value)) return undefined;
  try {
    return nodeMembers(decodeAmf0Node(encodeAmf0(value, { maxLength: MAX_METADATA_LENGTH })));
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function number(value: number | undefined): Amf0Node | undefined {
  return value === undefined ? undefined : { type: "number", value };
}
function boolean(value: boolean): Amf0Node {
  return { type: "boolean", value };
}
function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
