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

/**
 * `_result` of connect (RTMP 7.2.1.1). A peer that announced Enhanced RTMP capabilities gets ours: every codec is
 * forwarded, multitrack and ModEx pass through. One that did not gets none, as servers always answered it.
 */
export function connectResult(connect: ConnectCommand): OutgoingMessage {
  const enhanced =
    connect.fourCcList !== undefined ||
    connect.capsEx !== 0 ||
    connect.videoFourCcInfoMap !== undefined ||
    connect.audioFourCcInfoMap !== undefined;
  const properties: { [key: string]: Amf0Encodable } = { fmsVer: "FMS/3,0,1,123", capabilities: 31 };
  if (enhanced) {
    if (connect.fourCcList !== undefined) properties["fourCcList"] = ["*"];
    properties["videoFourCcInfoMap"] = { "*": FourCcInfo.canForward };
    properties["audioFourCcInfoMap"] = { "*": FourCcInfo.canForward };
    properties["capsEx"] = CapsEx.reconnect | CapsEx.multitrack | CapsEx.modEx | CapsEx.timestampNanoOffset;
  }
  return command(0, "_result", connect.transactionId ?? 1, properties, {
    level: "status",
    code: "NetConnection.Connect.Success",
    description: "Connection Succeeded.",
    objectEncoding: 0,
  });
}
