import { type Amf0Limits, COMMAND_AMF0_LIMITS, DATA_AMF0_LIMITS } from "@rtmp/amf0";

/** What one message may make the decoder build. */
export interface MessageLimits {
  /**
   * Longest command name, in bytes of UTF-8. A longer one is `bad-argument`.
   * @defaultValue 128
   */
  readonly maxCommandNameLength: number;
  /**
   * Values of one command on the outermost level, name and transaction id included. More are `amf-too-many`.
   * @defaultValue 64
   */
  readonly maxCommandValues: number;
  /**
   * Parts of one aggregate. More are `malformed-aggregate`.
   * @defaultValue 4096 (a part can be as short as 11 bytes; Flash Media Server gathers some tens)
   */
  readonly maxAggregateParts: number;
  /**
   * Entries taken from each of connect's FourCC lists and maps; those beyond are left out of the typed field.
   * @defaultValue 64
   */
  readonly maxFourCcs: number;
  /**
   * Depth, members and values of a command, all levels together.
   * @defaultValue depth 32, 1024 members, 1024 values
   */
  readonly commandAmf: Amf0Limits;
  /**
   * The same for a data message.
   * @defaultValue depth 32, 8192 members, 16384 values
   */
  readonly dataAmf: Amf0Limits;
}

/** The defaults of {@link MessageLimits}. */
export const DEFAULT_MESSAGE_LIMITS: MessageLimits = {
  maxCommandNameLength: 128,
  maxCommandValues: 64,
  maxAggregateParts: 4096,
  maxFourCcs: 64,
  commandAmf: COMMAND_AMF0_LIMITS,
  dataAmf: DATA_AMF0_LIMITS,
};
