import type { Amf0Object, Amf0Value } from "@rtmp/amf0";
import { type ConnectFields, readConnect } from "./connect.js";
import { readStatus, type StatusInfo } from "./status.js";
import { asFinite, asFlag, asObject, asString } from "./values.js";

/** `publish` (RTMP 7.2.2.6). */
export interface PublishFields {
  readonly kind: "publish";
  /** Exactly as sent, with its query, which may be a secret. */
  readonly publishingName: string | undefined;
  /** `live`, `record` or `append`; other texts as sent. `live` if absent. */
  readonly publishingType: string;
}
/** `play` (RTMP 7.2.2.1). */
export interface PlayFields {
  readonly kind: "play";
  /** Exactly as sent, with its query. */
  readonly streamName: string | undefined;
  /**
   * -2 live, else recorded; -1 live only; from 0 on a place in the recording, in seconds. As sent: FFmpeg and librtmp
   * mean milliseconds (-2000, -1000). -2 if absent.
   */
  readonly start: number;
  /** Seconds, -1 to the end; as sent. -1 if absent. */
  readonly duration: number;
  /** Whether a playlist before it is dropped; true if absent. */
  readonly reset: boolean;
}
/** `play2` (RTMP 7.2.2.2). */
export interface Play2Fields {
  readonly kind: "play2";
  /** Name of the stream, old name, transition and the like. */
  readonly parameters: Amf0Object | undefined;
}
/** `deleteStream` (RTMP 7.2.2.3). */
export interface DeleteStreamFields {
  readonly kind: "deleteStream";
  /**
   * A number as u32: fractions cut off, NaN and negative numbers 0, larger ones 2^32-1. `undefined` for anything else
   * (GStreamer sends the stream's name, which is in `arguments`).
   */
  readonly streamId: number | undefined;
}
/** `releaseStream`, `FCPublish`, `FCUnpublish`, `FCSubscribe` and `getStreamLength`: sent around publish and play. */
export interface StreamNameFields {
  readonly kind: "releaseStream" | "fcPublish" | "fcUnpublish" | "fcSubscribe" | "getStreamLength";
  /** Exactly as sent, with its query. */
  readonly streamName: string | undefined;
}
/** `receiveAudio` and `receiveVideo` (RTMP 7.2.2.4, 7.2.2.5). */
export interface ReceiveFields {
  readonly kind: "receiveAudio" | "receiveVideo";
  /** True if absent. */
  readonly enabled: boolean;
}
/** `seek` (RTMP 7.2.2.7). */
export interface SeekFields {
  readonly kind: "seek";
  /** Place in the recording, ms. */
  readonly ms: number | undefined;
}
/** `pause` (RTMP 7.2.2.8). */
export interface PauseFields {
  readonly kind: "pause";
  /** False to go on playing. True if absent. */
  readonly paused: boolean;
  /** Where the client stopped, or where to go on, ms. */
  readonly ms: number | undefined;
}
/** Commands that say all with their name, stream and transaction id. */
export interface BareFields {
  readonly kind: "createStream" | "closeStream" | "checkBandwidth" | "onBWDone" | "close";
}
/** What a server sends: answers to a transaction id, and notices (RTMP 7.2.1, 7.2.2). */
export interface StatusFields extends StatusInfo {
  readonly kind: "result" | "error" | "onStatus" | "onFCPublish" | "onFCUnpublish" | "onFCSubscribe";
}
/** A command that has no typed view: a call of the application's own. */
export interface UnknownFields {
  readonly kind: "unknown";
}

/** The typed view of a command, told apart by `kind`. A missing argument or one of the wrong type counts as absent. */
export type CommandFields =
  | ConnectFields
  | PublishFields
  | PlayFields
  | Play2Fields
  | DeleteStreamFields
  | StreamNameFields
  | ReceiveFields
  | SeekFields
  | PauseFields
  | BareFields
  | StatusFields
  | UnknownFields;

/** What a command is, in words of TypeScript: its name on the wire without prefixes, or `unknown`. */
export type CommandKind = CommandFields["kind"];

type Read = (commandObject: Amf0Value, args: readonly Amf0Value[], maxFourCcs: number) => CommandFields;

/** A Map, so that a command called `constructor` is only unknown. */
const READERS = new Map<string, Read>([
  ["connect", (commandObject, _args, maxFourCcs) => readConnect(commandObject, maxFourCcs)],
  ["createStream", bare("createStream")],
  ["closeStream", bare("closeStream")],
  ["_checkbw", bare("checkBandwidth")],
  ["checkBandwidth", bare("checkBandwidth")],
  ["releaseStream", streamName("releaseStream")],
  ["FCPublish", streamName("fcPublish")],
  ["FCUnpublish", streamName("fcUnpublish")],
  ["FCSubscribe", streamName("fcSubscribe")],
  ["getStreamLength", streamName("getStreamLength")],
  [
    "publish",
    (_, [name, type]) => ({
      kind: "publish",
      publishingName: asString(name),
      publishingType: asString(type) ?? "live",
    }),
  ],
  ["play", (_, args) => readPlay(args)],
  ["play2", (_, [parameters]) => ({ kind: "play2", parameters: asObject(parameters) })],
  [
    "deleteStream",
    (_, [id]) => ({ kind: "deleteStream", streamId: typeof id === "number" ? saturateU32(id) : undefined }),
  ],
  ["receiveAudio", (_, [enabled]) => ({ kind: "receiveAudio", enabled: asFlag(enabled, true) })],
  ["receiveVideo", (_, [enabled]) => ({ kind: "receiveVideo", enabled: asFlag(enabled, true) })],
  ["seek", (_, [ms]) => ({ kind: "seek", ms: asFinite(ms) })],
  ["pause", (_, [paused, ms]) => ({ kind: "pause", paused: asFlag(paused, true), ms: asFinite(ms) })],
  ["_result", status("result")],
  ["_error", status("error")],
  ["onStatus", status("onStatus")],
  ["onFCPublish", status("onFCPublish")],
  ["onFCUnpublish", status("onFCUnpublish")],
  ["onFCSubscribe", status("onFCSubscribe")],
  ["onBWDone", bare("onBWDone")],
  ["close", bare("close")],
]);

/** Reads the typed view of a command from its values. */
export function readFields(
  name: string,
  commandObject: Amf0Value,
  args: readonly Amf0Value[],
  maxFourCcs: number,
): CommandFields {
  return READERS.get(name)?.(commandObject, args, maxFourCcs) ?? { kind: "unknown" };
}

function bare(kind: BareFields["kind"]): Read {
  return () => ({ kind });
}
function streamName(kind: StreamNameFields["kind"]): Read {
  return (_, [name]) => ({ kind, streamName: asString(name) });
}
function status(kind: StatusFields["kind"]): Read {
  return (commandObject, args) => ({ kind, ...readStatus(commandObject, args) });
}
function readPlay([name, start, duration, reset]: readonly Amf0Value[]): PlayFields {
  return {
    kind: "play",
    streamName: asString(name),
    start: asFinite(start) ?? -2,
    duration: asFinite(duration) ?? -1,
    reset: asFlag(reset, true),
  };
}
function saturateU32(value: number): number {
  return Number.isNaN(value) ? 0 : Math.trunc(Math.min(Math.max(value, 0), 0xffffffff));
}
