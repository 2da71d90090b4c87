import type { Aggregate } from "./aggregate.js";
import type { MessageEncoding } from "./amf-payload.js";
import type { Command, OutgoingCommand } from "./command.js";
import type { ControlMessage, OutgoingControl } from "./control.js";
import type { Data, OutgoingData } from "./data.js";
import type { MessageHeader, OutgoingHeader, RawMessage } from "./raw-message.js";
import type { OutgoingUserControl, UserControl } from "./user-control.js";

/** Audio, type 8 (RTMP 7.1.4). */
export interface Audio extends MessageHeader {
  readonly type: "audio";
  /** The body of an FLV audio tag, neither copied nor looked at. May be empty. */
  readonly payload: Uint8Array;
}

/** Video, type 9 (RTMP 7.1.5). */
export interface Video extends MessageHeader {
  readonly type: "video";
  /** The body of an FLV video tag, neither copied nor looked at. */
  readonly payload: Uint8Array;
}

/** Shared object, types 19 and 16 (RTMP 7.1.3): recognised; `readSharedObject` reads its content. */
export interface SharedObject extends MessageHeader {
  readonly type: "sharedObject";
  /** `amf3` for type 16. */
  readonly encoding: MessageEncoding;
  /** The whole payload as received. */
  readonly payload: Uint8Array;
}

/** A message of a type without a meaning: to be ignored, or passed on. */
export interface Unknown extends MessageHeader {
  readonly type: "unknown";
  /** The whole payload as received. */
  readonly payload: Uint8Array;
}

/** A typed message, told apart by `type`. */
export type Message =
  | ControlMessage
  | UserControl
  | Audio
  | Video
  | Data
  | Command
  | Aggregate
  | SharedObject
  | Unknown;

/** A message to encode. Every decoded {@link Message} is one. */
export type OutgoingMessage =
  | OutgoingControl
  | OutgoingUserControl
  | OutgoingData
  | OutgoingCommand
  | (OutgoingHeader & { readonly type: "audio" | "video"; readonly payload: Uint8Array })
  | (OutgoingHeader & {
      readonly type: "sharedObject";
      /** @defaultValue "amf0" */
      readonly encoding?: MessageEncoding;
      readonly payload: Uint8Array;
    })
  | {
      readonly type: "aggregate" /** Its stream and time are the first part's. */;
      readonly parts: readonly RawMessage[];
    }
  | (OutgoingHeader & { readonly type: "unknown"; readonly messageTypeId: number; readonly payload: Uint8Array });
