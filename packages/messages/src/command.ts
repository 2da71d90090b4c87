import type { Amf0Encodable, Amf0Value } from "@rtmp/amf0";
import { utf8Length } from "@rtmp/bytes-util";
import { AmfPayload, encodeAmfPayload, type MessageEncoding } from "./amf-payload.js";
import { type CommandFields, readFields } from "./command-fields.js";
import { MessageError } from "./errors.js";
import { MessageType } from "./message-type.js";
import type { ResolvedOptions } from "./options.js";
import { type MessageHeader, type OutgoingHeader, type RawMessage, rawMessage } from "./raw-message.js";

/** What every command carries, whatever its name. */
export interface CommandHeader extends MessageHeader {
  readonly type: "command";
  /** How the values were framed. */
  readonly encoding: MessageEncoding;
  /** The command's name as sent. */
  readonly name: string;
  /**
   * Ties `_result` and `_error` to the command that they answer; 0 asks for no answer. As sent: not always an integer.
   * `undefined` if the payload ends after the name.
   */
  readonly transactionId: number | undefined;
  /** The value after the transaction id; `undefined` also if there was none. */
  readonly commandObject: Amf0Value;
  /** The values after the command object. */
  readonly arguments: readonly Amf0Value[];
  /** The whole payload as received. */
  readonly payload: Uint8Array;
  /** The AMF0 bytes of all values that could be read: `payload` without the format selector and the rest. A view. */
  readonly amfBytes: Uint8Array;
  /** Why values after the transaction id are missing, if any are: the payload goes on with something that is not AMF. */
  readonly warning: MessageError | undefined;
}

/** Command, types 20 and 17 (RTMP 7.1.1, 7.2), in either direction, told apart by `kind`. */
export type Command = CommandHeader & CommandFields;
/** A command of one kind. */
export type CommandOf<Kind extends CommandFields["kind"]> = Command & { readonly kind: Kind };
/** A `connect` command. */
export type ConnectCommand = CommandOf<"connect">;
/** A `publish` command. */
export type PublishCommand = CommandOf<"publish">;
/** A `play` command. */
export type PlayCommand = CommandOf<"play">;

/** A command to encode; its meaning is in its name and values, typed fields of a decoded one are not looked at. */
export type OutgoingCommand = OutgoingHeader & {
  readonly type: "command";
  /** @defaultValue "amf0" */
  readonly encoding?: MessageEncoding;
  /** As it stands on the wire: `_result`, `FCPublish`. */
  readonly name: string;
  /** `undefined`: nothing is written after the name. */
  readonly transactionId: number | undefined;
  /** @defaultValue null, also for `undefined` */
  readonly commandObject?: Amf0Encodable;
  /** @defaultValue none */
  readonly arguments?: readonly Amf0Encodable[];
};

/**
 * Types a message of type 20 or 17. Name and transaction id must be right; the rest is taken as far as it can be read.
 * @throws MessageError `malformed-command` if the name is not a string or the transaction id not a number, or (survivable)
 * for a later value with `lenient` false; `bad-argument` (survivable) for a name that is too long; `amf-depth`;
 * `amf-too-many`.
 */
export function decodeCommand(raw: RawMessage, encoding: MessageEncoding, options: ResolvedOptions): Command {
  const { messageTypeId, messageStreamId, timestamp, payload } = raw;
  const { limits, lenient } = options;
  // A command whose name or transaction id is unknown can not be answered: its sender would wait for ever.
  const policy = {
    code: "malformed-command",
    limits: limits.commandAmf,
    headSurvivable: false,
    manySurvivable: false,
  } as const;
  const amf = new AmfPayload(raw, encoding, policy, options);
  const name = readName(amf, limits.maxCommandNameLength, messageTypeId);
  const transactionId = readTransactionId(amf);
  const values: Amf0Value[] = [];
  const warning = amf.readRest(values, limits.maxCommandValues - 2, lenient); // two were read
  const commandObject = values.shift();
  const args = values;
  const fields = readFields(name, commandObject, args, limits.maxFourCcs);
  return {
    type: "command",
    messageTypeId,
    messageStreamId,
    timestamp,
    encoding,
    name,
    transactionId,
    commandObject,
    arguments: args,
    payload,
    amfBytes: amf.bytes,
    warning,
    ...fields,
  };
}

/**
 * Encodes a command.
 * @throws TypeError or RangeError for a value that AMF0 can not hold; TypeError for values without a transaction id.
 */
export function encodeCommand(message: OutgoingCommand): RawMessage {
  const { encoding = "amf0", name, transactionId, arguments: args = [] } = message;
  const commandObject = message.commandObject ?? null;
  const messageTypeId = encoding === "amf3" ? MessageType.commandAmf3 : MessageType.commandAmf0;
  if (transactionId === undefined) {
    if (commandObject !== null || args.length > 0)
      throw new TypeError(`command ${name}: values without a transaction id`);
    return rawMessage(messageTypeId, message, encodeAmfPayload([name], encoding));
  }
  const values = [name, transactionId, commandObject, ...args];
  return rawMessage(messageTypeId, message, encodeAmfPayload(values, encoding));
}

function readName(amf: AmfPayload, maxLength: number, messageTypeId: number): string {
  if (amf.atEnd) throw amf.malformed("no command name");
  if (!amf.atString) throw amf.malformed("a command name that is not a string");
  const name = amf.readHead();
  if (typeof name !== "string") throw amf.malformed("a command name that is not a string");
  if (name.length > maxLength || utf8Length(name) > maxLength) {
    throw new MessageError("bad-argument", `a command name of more than ${maxLength} bytes`, {
      messageTypeId,
      survivable: true,
    });
  }
  return name;
}

function readTransactionId(amf: AmfPayload): number | undefined {
  if (amf.atEnd) return undefined;
  const transactionId = amf.readHead();
  if (typeof transactionId !== "number") throw amf.malformed("a transaction id that is not a number");
  return transactionId;
}
