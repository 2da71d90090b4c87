import { ClientError } from "@rtmp/session";

/** Exit codes of the client commands; a signal gives 130 or 143. */
export const ExitCode = { done: 0, network: 1, usage: 2, refused: 3, file: 4 } as const;

/** A file, or standard output, can not be read or written, or is not what it should be. */
export class FileError extends Error {
  override readonly name = "FileError";
}

/** What the server says no with; a stream that it ends with an error belongs here too. */
const REFUSALS = new Set<string>([
  "connect-rejected",
  "publish-rejected",
  "play-rejected",
  "authentication-required",
  "authentication-failed",
  "stream-failed",
]);

/** The exit code for what went wrong. @throws the error itself if it is a mistake of this program. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof FileError) return ExitCode.file;
  if (!(error instanceof ClientError)) throw error;
  return REFUSALS.has(error.code) ? ExitCode.refused : ExitCode.network;
}

/** `what` and the system's reason, such as `can not be read: ENOENT: no such file or directory`. */
export function fileError(what: string, cause: unknown): FileError {
  if (cause instanceof FileError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new FileError(`${what}: ${why}`, { cause });
}
