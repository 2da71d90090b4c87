/** A command line flag, and the key of the configuration that it sets. */
export interface Flag {
  /** Name without dashes. */
  readonly name: string;
  /** What stands for its value in the help; absent for a flag that is on or off. */
  readonly value?: string;
  /** Where it lands in the configuration, with dots: `record.directory`. */
  readonly key: string;
  readonly help: string;
  /** Whether it may be given again for more. */
  readonly multiple?: boolean;
}
