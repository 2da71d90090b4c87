export { type Aggregate, encodeAggregate, splitAggregate } from "./aggregate.js";
export type { MessageEncoding } from "./amf-payload.js";
export type {
  Command,
  CommandHeader,
  CommandOf,
  ConnectCommand,
  OutgoingCommand,
  PlayCommand,
  PublishCommand,
} from "./command.js";
export type {
  BareFields,
  CommandFields,
  CommandKind,
  DeleteStreamFields,
  PauseFields,
  Play2Fields,
  PlayFields,
  PublishFields,
  ReceiveFields,
  SeekFields,
  StatusFields,
  StreamNameFields,
  UnknownFields,
} from "./command-fields.js";
export { CapsEx, type CapsExFlag, type ConnectFields, capsExFlags, FourCcInfo, type FourCcInfoMap } from "./connect.js";
export type {
  Abort,
  Acknowledgement,
  ControlMessage,
  LimitType,
  OutgoingControl,
  SetChunkSize,
  SetPeerBandwidth,
  WindowAcknowledgementSize,
} from "./control.js";
export type { Data, OutgoingData } from "./data.js";
export { decodeMessage } from "./decode-message.js";
export { encodeMessage } from "./encode-message.js";
export { MessageError, type MessageErrorCode, type MessageErrorContext } from "./errors.js";
export { DEFAULT_MESSAGE_LIMITS, type MessageLimits } from "./limits.js";
export type { Audio, Message, OutgoingMessage, SharedObject, Unknown, Video } from "./message.js";
export { MessageType, type MessageTypeId } from "./message-type.js";
export type { DecodeOptions } from "./options.js";
export type { MessageHeader, OutgoingHeader, RawMessage } from "./raw-message.js";
export {
  readSharedObject,
  type SharedObjectContent,
  type SharedObjectEvent,
  SharedObjectEventType,
} from "./shared-object.js";
export type { StatusInfo } from "./status.js";
export {
  type OpaqueEventName,
  type OutgoingUserControl,
  type PingEventName,
  type StreamEventName,
  type UserControl,
  UserControlEvent,
  type UserControlEventName,
} from "./user-control.js";
