import { anything, bool, count, mapOf, object, sha256, text, u32 } from "./shape.js";
import { vectorShape } from "./vector-shape.js";

/** The shape of a vector of sessions.json. */
export const sessionVector = vectorShape({
  input: object({ clientToServerFile: text }, { note: text }),
  outcome: {
    cleanEnd: bool,
    connect: mapOf(anything),
    publish: object({}, { name: text, type: text, messageStreamId: u32 }),
    play: object({}, { name: text, messageStreamId: u32 }),
    dataMessages: count(),
    audioMessages: count(),
    videoMessages: count(),
    audioPayloadSha256: sha256,
    videoPayloadSha256: sha256,
    lastAudioTimestamp: u32,
    lastVideoTimestamp: u32,
  },
  labels: [],
});
