import { encodeAggregate } from "./aggregate.js";
import { encodeCommand } from "./command.js";
import { encodeControl } from "./control.js";
import { encodeData } from "./data.js";
import type { OutgoingMessage } from "./message.js";
import { MessageType } from "./message-type.js";
import { type RawMessage, rawMessage } from "./raw-message.js";
import { encodeUserControl } from "./user-control.js";

/**
 * Encodes a message of any type, for either direction. Payloads of media, shared objects and unknown types are passed on
 * without a copy. A decoded command or data message is encoded again from its values, not from its payload.
 * @throws RangeError or TypeError for a value that its field can not hold: the caller's mistake.
 */
export function encodeMessage(message: OutgoingMessage): RawMessage {
  switch (message.type) {
    case "audio":
    case "video":
      return rawMessage(MessageType[message.type], message, message.payload);
    case "data":
      return encodeData(message);
    case "command":
      return encodeCommand(message);
    case "userControl":
      return encodeUserControl(message);
    case "aggregate":
      return encodeAggregate(message.parts);
    case "sharedObject": {
      const messageTypeId = message.encoding === "amf3" ? MessageType.sharedObjectAmf3 : MessageType.sharedObjectAmf0;
      return rawMessage(messageTypeId, message, message.payload);
    }
    case "unknown": {
      const { messageTypeId, payload } = message;
      if (!(Number.isInteger(messageTypeId) && messageTypeId >= 0 && messageTypeId <= 0xff)) {
        throw new RangeError(`message type id ${messageTypeId}`);
      }
      return rawMessage(messageTypeId, message, payload);
    }
    default:
      return encodeControl(message);
  }
}
