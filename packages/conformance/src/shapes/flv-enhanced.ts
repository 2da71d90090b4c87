import {
  bool,
  check,
  either,
  type Fields,
  hex,
  integer,
  listOf,
  literal,
  object,
  oneOf,
  own,
  type Shape,
  s24,
  u8,
  u24,
  u32,
} from "./shape.js";
import { vectorShape } from "./vector-shape.js";

const fourCc = check("a string of four characters", (value) => typeof value === "string" && value.length === 4);

const packetTypes = {
  audio: ["SequenceStart", "CodedFrames", "SequenceEnd", "MultichannelConfig"],
  video: ["SequenceStart", "CodedFrames", "SequenceEnd", "CodedFramesX", "Metadata", "MPEG2TSSequenceStart"],
};

const channels: Fields = { channelOrder: u8, channelCount: u8, channelFlags: u32, channelMapping: listOf(u8) };
const composition: Fields = { compositionTimeOffset: s24 };

const modEx = object({}, { type: integer(0, 15), dataHex: hex(), timestampOffsetNano: u24 });

/** Keys of both kinds; `inTrack` are the keys that stand in `tracks` as well. */
function common(kind: "audio" | "video", inTrack: Fields): Fields {
  const names = oneOf("packetType", packetTypes[kind]);
  return {
    kind: oneOf("kind", ["audio", "video"]),
    empty: literal(true),
    isExHeader: bool,
    packetType: either((value) => typeof value === "number", integer(0, 15), names),
    modEx: listOf(modEx),
    multitrackType: oneOf("multitrackType", ["OneTrack", "ManyTracks", "ManyTracksManyCodecs"]),
    tracks: listOf(object({}, { trackId: u8, fourCc, dataHex: hex(), ...inTrack })),
    fourCc,
    dataHex: hex(),
    ...inTrack,
  };
}

const legacyAudio: Fields = {
  soundFormat: integer(0, 15),
  soundRate: integer(0, 3),
  soundSize: integer(0, 1),
  soundType: integer(0, 1),
  aacPacketType: u8,
};

const legacyVideo: Fields = {
  frameType: integer(0, 7),
  codecId: integer(0, 15),
  avcPacketType: u8,
  compositionTime: s24,
  videoCommand: u8,
};

const input = object({ kind: oneOf("kind", ["audio", "video"]), bodyHex: hex() });

const audio = vectorShape({ input, outcome: { ...common("audio", channels), ...legacyAudio }, labels: ["*"] });
const video = vectorShape({ input, outcome: { ...common("video", composition), ...legacyVideo }, labels: ["*"] });

/** The shape of a vector of flv-enhanced.json: keys and packet types depend on `input.kind`. */
export const flvVector: Shape = (vector, path, problems) => {
  const shape = own(own(vector, "input"), "kind") === "audio" ? audio : video;
  shape(vector, path, problems);
};
