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
  /** Whether lines of a level are written at all. @defaultValue all are */
  isLevelEnabled?(level: string): boolean;
}

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
  return Object.assign(logger, {
    setLevel: (next: LogOptions["level"]): void => {
      logger.level = next;
    },
  });
}

const SEVERITY = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 } as const;

/** Without pino: its lines would have to be parsed again. */
function textLogger(level: LogOptions["level"], stream: LogStream): LeveledLogger {
  let threshold = level;
  const writer = (severity: Exclude<keyof typeof SEVERITY, "silent">): Logger["info"] => {
    return (fields, message) => {
      if (SEVERITY[severity] < SEVERITY[threshold]) return;
      stream.write(formatTextLine({ time: new Date(), level: severity, message, fields: redact(fields) as object }));
    };
  };
  return {
    debug: writer("debug"),
    info: writer("info"),
    warn: writer("warn"),
    error: writer("error"),
    isLevelEnabled: (name) => name in SEVERITY && SEVERITY[name as keyof typeof SEVERITY] >= SEVERITY[threshold],
    setLevel: (next) => {
      threshold = next;
    },
  };
}
