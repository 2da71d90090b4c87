import type { Amf0Encodable } from "@rtmp/amf0";
import { CapsEx, type ConnectCommand, FourCcInfo, type OutgoingMessage } from "@rtmp/messages";

/** A command as a message to send: `onStatus`, `_result` and their like (RTMP 7.2). */
export function command(
  messageStreamId: number,
  name: string,
  transactionId: number,
  commandObject: Amf0Encodable,
  ...args: readonly Amf0Encodable[]
): OutgoingMessage {
  return { type: "command", messageStreamId, name, transactionId, commandObject, arguments: args };
}

/** What an `onStatus` or `_error` says (RTMP 7.2.2). */
export interface Status {
  readonly level: "status" | "error";
  /** For programs, such as `NetStream.Publish.BadName`. */
  readonly code: string;
  /** For people: encoders show it. */
  readonly description: string;
}

/** `onStatus` on a message stream, transaction id 0 (RTMP 7.2.2). GStreamer ignores one on stream 0. */
export function onStatus(messageStreamId: number, status: Status): OutgoingMessage {
  const { level, code, description } = status;
  return command(messageStreamId, "onStatus", 0, null, { level, code, description });
}

/**
 * Asks a client to leave for another server, or to connect to this one again (Enhanced RTMP v2, "Reconnect Request").
 * It comes on stream 0, as all that is said of the connection.
 */
export function reconnectRequest(tcUrl: string | undefined, description: string): OutgoingMessage {
  const code = "NetConnection.Connect.ReconnectRequest";
  const info = { level: "status", code, description, ...(tcUrl !== undefined && { tcUrl }) };
  return command(0, "onStatus", 0, null, info);
}

/** `_result` of a call that has nothing to say. */
export function emptyResult(transactionId: number): OutgoingMessage {
  return command(0, "_result", transactionId, null, undefined);
}

/** `_error` of a call (RTMP 7.2.1.2). */
export function errorResult(transactionId: number, code: string, description: string): OutgoingMessage {
  return command(0, "_error", transactionId, null, { level: "error", code, description });
}

/** What a server offers of Enhanced RTMP v2 in its answer to connect. */
export interface ServerCapabilities {
  /** Bits of `CapsEx`: reconnect 1, multitrack 2, ModEx 4, nanosecond offsets 8. */
  readonly capsEx: number;
  /** From FourCC, or `*` for all, to bits of `FourCcInfo`: decode 1, encode 2, forward 4. */
  readonly videoFourCcInfoMap: Readonly<Record<string, number>>;
  readonly audioFourCcInfoMap: Readonly<Record<string, number>>;
}

/** Media passes through untouched, whatever it is: all codecs are forwarded, and all extensions understood. */
export const DEFAULT_SERVER_CAPABILITIES: ServerCapabilities = {
  capsEx: CapsEx.reconnect | CapsEx.multitrack | CapsEx.modEx | CapsEx.timestampNanoOffset,
  videoFourCcInfoMap: { "*": FourCcInfo.canForward },
  audioFourCcInfoMap: { "*": FourCcInfo.canForward },
};

/**
 * `_result` of connect (RTMP 7.2.1.1). A peer that announced Enhanced RTMP capabilities gets ours, in the terms it used: the
 * codec list of v1, maps and `capsEx` of v2. One that did not gets none, as servers always answered it.
 */
export function connectResult(connect: ConnectCommand, offered: Partial<ServerCapabilities> = {}): OutgoingMessage {
  const enhanced =
    connect.fourCcList !== undefined ||
    connect.capsEx !== 0 ||
    connect.videoFourCcInfoMap !== undefined ||
    connect.audioFourCcInfoMap !== undefined;
  const properties: { [key: string]: Amf0Encodable } = { fmsVer: "FMS/3,0,1,123", capabilities: 31 };
  if (enhanced) {
    const { capsEx, videoFourCcInfoMap, audioFourCcInfoMap } = { ...DEFAULT_SERVER_CAPABILITIES, ...offered };
    if (connect.fourCcList !== undefined) {
      properties["fourCcList"] = [...new Set(Object.keys({ ...videoFourCcInfoMap, ...audioFourCcInfoMap }))];
    }
    properties["videoFourCcInfoMap"] = { ...videoFourCcInfoMap };
    properties["audioFourCcInfoMap"] = { ...audioFourCcInfoMap };
    properties["capsEx"] = capsEx;
  }
  return command(0, "_result", connect.transactionId ?? 1, properties, {
    level: "status",
    code: "NetConnection.Connect.Success",
    description: "Connection Succeeded.",
    objectEncoding: 0,
  });
}
