import { splitAggregate } from "./aggregate.js";
import { decodeCommand } from "./command.js";
import { decodeControl, decodeSetPeerBandwidth } from "./control.js";
import { decodeData } from "./data.js";
import type { Message } from "./message.js";
import { MessageType } from "./message-type.js";
import { type DecodeOptions, resolveOptions } from "./options.js";
import type { RawMessage } from "./raw-message.js";
import { decodeUserControl } from "./user-control.js";

/**
 * Types a message by its type id (RTMP 5.4, 6.2, 7.1). Payloads in the result are those given, or views of them; media
 * is passed on unread. A type id without a meaning gives `unknown`.
 * @throws MessageError if the payload is not what its type says. `survivable` tells whether the session may go on.
 */
export function decodeMessage(raw: RawMessage, options?: DecodeOptions): Message {
  const { messageTypeId, messageStreamId, timestamp, payload } = raw;
  switch (messageTypeId) {
    case MessageType.video:
      return { type: "video", messageTypeId, messageStreamId, timestamp, payload };
    case MessageType.audio:
      return { type: "audio", messageTypeId, messageStreamId, timestamp, payload };
    case MessageType.dataAmf0:
      return decodeData(raw, "amf0", resolveOptions(options));
    case MessageType.dataAmf3:
      return decodeData(raw, "amf3", resolveOptions(options));
    case MessageType.commandAmf0:
      return decodeCommand(raw, "amf0", resolveOptions(options));
    case MessageType.commandAmf3:
      return decodeCommand(raw, "amf3", resolveOptions(options));
    case MessageType.setChunkSize:
      return decodeControl(raw, "setChunkSize");
    case MessageType.abort:
      return decodeControl(raw, "abort");
    case MessageType.acknowledgement:
      return decodeControl(raw, "acknowledgement");
    case MessageType.userControl:
      return decodeUserControl(raw);
    case MessageType.windowAcknowledgementSize:
      return decodeControl(raw, "windowAcknowledgementSize");
    case MessageType.setPeerBandwidth:
      return decodeSetPeerBandwidth(raw);
    case MessageType.aggregate: {
      const parts = splitAggregate(raw, resolveOptions(options).limits.maxAggregateParts);
      return { type: "aggregate", messageTypeId, messageStreamId, timestamp, parts, payload };
    }
    case MessageType.sharedObjectAmf0:
      return { type: "sharedObject", messageTypeId, messageStreamId, timestamp, encoding: "amf0", payload };
    case MessageType.sharedObjectAmf3:
      return { type: "sharedObject", messageTypeId, messageStreamId, timestamp, encoding: "amf3", payload };
    default:
      return { type: "unknown", messageTypeId, messageStreamId, timestamp, payload };
  }
}
