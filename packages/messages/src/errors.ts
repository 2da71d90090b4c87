/**
 * Why a payload could not be typed.
 *
 * - `malformed-control`: a control or user control payload of the wrong length, or with a value that it must not have.
 * - `malformed-command`: the name or the transaction id can not be read; as a warning: a later value can not be.
 * - `malformed-data`: the first value of a data message can not be read; as a warning: a later value can not be.
 * - `malformed-aggregate`: a part runs past the end, an aggregate stands inside an aggregate, or there are too many parts.
 * - `amf-depth`: values nested deeper than the limit.
 * - `amf-too-many`: more values or members than the limit.
 * - `bad-argument`: a command name longer than the limit.
 */
export type MessageErrorCode =
  | "malformed-control"
  | "malformed-command"
  | "malformed-data"
  | "malformed-aggregate"
  | "amf-depth"
  | "amf-too-many"
  | "bad-argument";

/** What a {@link MessageError} is about. */
export interface MessageErrorContext {
  /** Type id of the message. */
  readonly messageTypeId: number;
  /** See {@link MessageError.survivable}. */
  readonly survivable: boolean;
  /** Position in the payload, in bytes, where it is known. */
  readonly offset?: number | undefined;
}

/** The peer sent a payload that is not what its message type says. The chunk stream around it is sound. */
export class MessageError extends Error {
  override readonly name = "MessageError";
  /** What is wrong, for programs. */
  readonly code: MessageErrorCode;
  /** Type id of the message that was refused. */
  readonly messageTypeId: number;
  /**
   * Whether a session may drop this one message and go on: nothing that both sides keep in step depended on it, and real
   * peers are known to send the like. The README lists which errors are.
   */
  readonly survivable: boolean;
  /** Position in the payload, in bytes; `undefined` where the whole payload is at fault. */
  readonly offset: number | undefined;
  constructor(code: MessageErrorCode, message: string, context: MessageErrorContext, options?: ErrorOptions) {
    super(message, options); // options.cause carries the AMF layer's error
    this.code = code;
    this.messageTypeId = context.messageTypeId;
    this.survivable = context.survivable;
    this.offset = context.offset;
  }
}
