import { pino } from "pino";
import { redact } from "./redact.js";
import { formatTextLine } from "./text-log.js";

/** Where lines go: an object of pino's `destination` fits. */
export interface LogStream {
  write(text: string): unknown;
}

/** The part of a pino logger that the server uses. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** Writes an event's line. @defaultValue one of the methods above, with `event` as the first of the fields */
  event?: EventWriter;
}

/** Writes an event's line, if the level is one that is written: so no fields have to be put together for one that is not. */
export type EventWriter = (
  level: "debug" | "info" | "warn" | "error",
  name: string,
  event: object,
  message: string,
) => void;

/** How to log. */
export interface LogOptions {
  /** `json`: one object a line. `text`: lines for people. */
  readonly format: "text" | "json";
  readonly level: "error" | "warn" | "info" | "debug" | "silent";
}

/** A logger whose level can be changed. */
export interface LeveledLogger extends Logger {
  setLevel(level: LogOptions["level"]): void;
}

/** A logger that writes to a stream. Queries, tokens and credentials are taken out of all that it is given. */
export function createLogger({ format, level }: LogOptions, stream: LogStream): LeveledLogger {
  return format === "text" ? textLogger(level, stream) : jsonLogger(level, stream);
}

function jsonLogger(level: LogOptions["level"], stream: LogStream): LeveledLogger {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields) as Record<string, unknown>,
      },
    },
    stream,
  );
  const event: EventWriter = (severity, name, fields, message) => {
    if (logger.isLevelEnabled(severity)) logger[severity]({ event: name, ...fields }, message);
  };
  const setLevel = (next: LogOptions["level"]): void => {
    logger.level = next;
  };
  return Object.assign(logger, { event, setLevel });
}

const SEVERITY = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 } as const;

/** Without pino: its lines would have to be parsed again. */
function textLogger(level: LogOptions["level"], stream: LogStream): LeveledLogger {
  let threshold = level;
  const event: EventWriter = (severity, _name, fields, message) => {
    if (SEVERITY[severity] < SEVERITY[threshold]) return;
    const shown = fields instanceof Error ? (redact(fields) as object) : fields;
    stream.write(formatTextLine({ time: new Date(), level: severity, message, fields: shown }));
  };
  return {
    debug: (fields, message) => event("debug", "", fields, message),
    info: (fields, message) => event("info", "", fields, message),
    warn: (fields, message) => event("warn", "", fields, message),
    error: (fields, message) => event("error", "", fields, message),
    event,
    setLevel: (next) => {
      threshold = next;
    },
  };
}
