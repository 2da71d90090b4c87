import {
  Amf0Decoder,
  type Amf0Encodable,
  Amf0Error,
  type Amf0Limits,
  type Amf0Value,
  encodeAmf0Sequence,
} from "@rtmp/amf0";
import { concatBytes } from "@rtmp/bytes-util";
import { MessageError, type MessageErrorCode } from "./errors.js";
import type { ResolvedOptions } from "./options.js";
import type { RawMessage } from "./raw-message.js";

/** How the AMF values of a message are framed: `amf3` has a format selector byte in front. */
export type MessageEncoding = "amf0" | "amf3";

/** Format selector (types 15 to 17): AMF0 follows, in which marker 0x11 switches one value to AMF3. */
const SELECTOR = 0x00;
const STRING = 0x02;
const LONG_STRING = 0x0c;
const AVM_PLUS = 0x11;

/** What the values of a payload are, and which of its errors a session may go on after. */
export interface AmfPolicy {
  /** For what is no AMF at all. */
  readonly code: Extract<MessageErrorCode, "malformed-command" | "malformed-data">;
  /** On all values together. */
  readonly limits: Amf0Limits;
  /** Whether the message may be dropped if its first values can not be read. */
  readonly headSurvivable: boolean;
  /** Whether it may be dropped if it has too many values. */
  readonly manySurvivable: boolean;
}

/** Reads the AMF values of one command or data payload, the first ones strictly, the rest as far as they go. */
export class AmfPayload {
  readonly #raw: RawMessage;
  readonly #policy: AmfPolicy;
  readonly #decoder: Amf0Decoder;
  readonly #start: number;
  readonly #values: Uint8Array;
  #end = 0; // of the last value that was read, counted as the decoder counts

  constructor(raw: RawMessage, encoding: MessageEncoding, policy: AmfPolicy, options: ResolvedOptions) {
    this.#raw = raw;
    this.#policy = policy;
    // Some encoders leave the selector out of type 17. No name begins with 0x00, so there is no doubt.
    this.#start = encoding === "amf3" && raw.payload[0] === SELECTOR ? 1 : 0;
    this.#values = this.#start === 0 ? raw.payload : raw.payload.subarray(this.#start); // a view costs as much as a value
    const { limits } = policy;
    this.#decoder = new Amf0Decoder(
      this.#values,
      options.amf3 === undefined ? { limits } : { limits, amf3: options.amf3 },
    );
  }

  /** Whether no value is left. */
  get atEnd(): boolean {
    return this.#decoder.remaining === 0;
  }
  /** Whether the next value is a string on the wire, or may turn out to be one behind the AMF3 switch. */
  get atString(): boolean {
    const marker = this.#values[this.#decoder.position];
    return marker === STRING || marker === LONG_STRING || marker === AVM_PLUS;
  }
  /** The bytes of the values that were read, without selector, as a view of the payload. */
  get bytes(): Uint8Array {
    return this.#end === this.#values.length ? this.#values : this.#values.subarray(0, this.#end);
  }

  /**
   * One of the values that the message is nothing without.
   * @throws MessageError if it can not be read.
   */
  readHead(): Amf0Value {
    try {
      return this.#read();
    } catch (error) {
      throw this.#translate(error, this.#policy.headSurvivable);
    }
  }

  /**
   * Reads on to the end of the payload, adding to `values`. A value that can not be read ends it.
   * @param maxCount how many are accepted.
   * @returns why it ended early, if it did.
   * @throws MessageError `amf-depth` or `amf-too-many` for what is over a limit; with `lenient` false also the rest.
   */
  readRest(values: Amf0Value[], maxCount: number, lenient: boolean): MessageError | undefined {
    try {
      while (!this.atEnd) {
        if (values.length >= maxCount) throw this.#tooMany(maxCount);
        values.push(this.#read());
      }
      return undefined;
    } catch (error) {
      if (error instanceof MessageError) throw error;
      const failure = this.#translate(error, true);
      if (lenient && failure.code === this.#policy.code) return failure;
      throw failure;
    }
  }

  /** The error for a payload whose first values are not what they must be. */
  malformed(what: string): MessageError {
    const { messageTypeId } = this.#raw;
    const { code, headSurvivable: survivable } = this.#policy;
    return new MessageError(code, `message ${messageTypeId}: ${what}`, {
      messageTypeId,
      survivable,
      offset: this.#offset,
    });
  }

  get #offset(): number {
    return this.#start + this.#end;
  }
  #read(): Amf0Value {
    const value = this.#decoder.readValue();
    this.#end = this.#decoder.position;
    return value;
  }
  #tooMany(maxCount: number): MessageError {
    const { messageTypeId } = this.#raw;
    const context = { messageTypeId, survivable: this.#policy.manySurvivable, offset: this.#offset };
    return new MessageError("amf-too-many", `message ${messageTypeId}: more than ${maxCount} values`, context);
  }
  /** The AMF layer's error as this layer's; anything else is a defect and goes on as it is. */
  #translate(error: unknown, survivable: boolean): MessageError {
    if (!(error instanceof Amf0Error)) throw error; // which is also what AMF3 errors come wrapped in
    const { messageTypeId } = this.#raw;
    const message = `message ${messageTypeId}: ${error.message}`;
    const offset = this.#offset; // of the value, not of the byte in it: that one is in the cause
    const context = { messageTypeId, survivable, offset };
    const { code, manySurvivable } = this.#policy;
    if (error.code === "amf-depth") {
      return new MessageError("amf-depth", message, { ...context, survivable: false }, { cause: error });
    }
    if (error.code === "amf-too-many") {
      return new MessageError("amf-too-many", message, { ...context, survivable: manySurvivable }, { cause: error });
    }
    return new MessageError(code, message, context, { cause: error });
  }
}

/**
 * Values as a payload, with the format selector where the encoding has one. All values are written as AMF0.
 * @throws TypeError or RangeError for a value that AMF0 can not hold.
 */
export function encodeAmfPayload(values: readonly Amf0Encodable[], encoding: MessageEncoding): Uint8Array {
  const bytes = encodeAmf0Sequence(values);
  return encoding === "amf3" ? concatBytes([Uint8Array.of(SELECTOR), bytes]) : bytes;
}
