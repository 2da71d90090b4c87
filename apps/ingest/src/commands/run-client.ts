import { readFile } from "node:fs/promises";
import {
  ClientError,
  isTransient,
  type ReconnectingOptions,
  type ReconnectingWork,
  reconnecting,
  redactRtmpUrl,
} from "@rtmp/session";
import { connectNode, nodeHmacSha256 } from "@rtmp/session/node";
import { CAPABILITIES } from "../client-capabilities.js";
import { nextSignal, type SignalSource, secondSignal } from "../signals.js";
import type { ClientOptions } from "./client-options.js";
import { ExitCode, exitCodeOf, fileError } from "./failure.js";
import { Reporter, type ReportStream } from "./reporter.js";
import { secretsOf } from "./secrets.js";

/** What a client command needs of its process. */
export interface ClientContext {
  readonly stderr: ReportStream;
  readonly signals: SignalSource;
}

/** What a command does with its connections. */
export interface ClientJob {
  /** As `reconnecting` has it. @returns true when all is done, be the connection lost meanwhile or not. */
  work(...parameters: Parameters<ReconnectingWork>): Promise<boolean>;
  readonly options?: Pick<ReconnectingOptions, "timeouts" | "onReconnectRequest" | "onUnhandled">;
}

/**
 * Runs a client command to its end, or to the first signal, which ends it properly; a second one does not wait.
 * @returns the exit code.
 */
export async function runClient(
  options: ClientOptions,
  context: ClientContext,
  job: (withServer: (job: ClientJob) => Promise<void>, reporter: Reporter) => Promise<void>,
): Promise<number> {
  const reporter = new Reporter(context.stderr, { ...options.log, progressMs: options.progressMs });
  const { logger } = reporter;
  const stop = nextSignal(context.signals); // before anything is open, so that none is missed
  const abort = new AbortController();
  const run = async (): Promise<number> => {
    try {
      await job((each) => connectAndWork(options, each, reporter, abort.signal), reporter);
      return ExitCode.done;
    } catch (error) {
      if (abort.signal.aborted && error instanceof ClientError) return ExitCode.done; // what we broke off ourselves
      logFailure(error, options, reporter);
      return exitCodeOf(error);
    } finally {
      reporter.stop();
    }
  };
  const running = run();
  const first = await Promise.race([running, stop.received]);
  stop.ignore();
  if (typeof first === "number") return first;
  logger.info({ event: "stopping", signal: first.name }, "Stopping: a second signal exits at once");
  abort.abort();
  const again = secondSignal(context.signals);
  const finished = running.then((code) => (code === ExitCode.file ? code : first.exitCode));
  const code = await Promise.race([finished, again.received.then(({ exitCode }) => exitCode)]);
  again.ignore();
  return code;
}

async function connectAndWork(
  { url, retries, ca, insecure }: ClientOptions,
  job: ClientJob,
  { logger }: Reporter,
  signal: AbortSignal,
): Promise<void> {
  const trusted = ca === undefined ? {} : { ca: await readCertificates(ca) };
  const hide = secretsOf(url);
  let done = false;
  try {
    await reconnecting(
      (to, { signal }) => connectNode(to, { ...trusted, rejectUnauthorized: !insecure, signal }),
      async (session, attempt) => {
        logger.debug({ event: "connected", url: redactRtmpUrl(attempt.url), attempt: attempt.number }, "Connected");
        done ||= await job.work(session, attempt);
      },
      {
        ...job.options,
        url,
        capabilities: CAPABILITIES,
        hmacSha256: nodeHmacSha256,
        maxFailures: retries + 1,
        retry: (error) => !done && isTransient(error),
        onReconnectRequest: (request) => {
          const { description = "" } = request;
          const to = redactRtmpUrl(request.url);
          logger.info({ event: "reconnect-request", to, description: hide(description) }, "Asked to connect again");
          job.options?.onReconnectRequest?.(request);
        },
        onRetry: (error, waitMs) => {
          logger.warn({ event: "retry", code: error.code, waitMs: Math.round(waitMs) }, hide(error.message));
        },
        signal,
      },
    );
  } catch (error) {
    if (!done) throw error; // else the connection was lost after the last word
  }
}

async function readCertificates(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(`${path} can not be read`, error);
  }
}

function logFailure(error: unknown, { url }: ClientOptions, { logger }: Reporter): void {
  const hide = secretsOf(url);
  if (!(error instanceof ClientError)) {
    logger.error({ event: "failed" }, error instanceof Error ? error.message : String(error));
    return;
  }
  const { code, statusCode, description } = error;
  const said = {
    ...(statusCode && { status: hide(statusCode) }),
    ...(description && { description: hide(description) }),
  };
  logger.error({ event: "failed", code, ...said }, hide(error.message));
}
