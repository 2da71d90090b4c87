import { play } from "./commands/play.js";
import { publish } from "./commands/publish.js";
import type { ReportStream } from "./commands/reporter.js";
import { signUrl } from "./commands/sign-url.js";
import { ConfigError, type IngestConfig } from "./config/config.js";
import type { Environment } from "./config/env.js";
import { helpText, parseCommandLine } from "./config/flags.js";
import { loadConfig } from "./config/load.js";
import { showConfig } from "./config/show.js";
import { loadCertificate } from "./listeners/certificate.js";
import { opener } from "./relay/relays.js";
import { serve } from "./serve.js";
import type { SignalSource } from "./signals.js";
import { packageVersion } from "./version.js";

/** What the command needs of its process. */
export interface CommandContext {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: ReportStream;
  readonly signals: SignalSource;
  /** Descriptor of standard output for media; `undefined` if that is a terminal. */
  readonly output?: number | undefined;
  /** Whether standard output is a terminal. @defaultValue false */
  readonly terminal?: boolean | undefined;
  /** Environment variables. @defaultValue none */
  readonly environment?: Environment | undefined;
}

/** Exit codes of what does not serve: done; wrong usage. */
const ExitCode = { ok: 0, usage: 2 } as const;

/**
 * Runs `rtmp-ingest`: the server until a signal stops it, or a client command to its end.
 * @returns the exit code: 128 and the signal's number after a second signal.
 */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const [subcommand, ...rest] = args;
  try {
    if (subcommand === "publish") return await publish(rest, context);
    if (subcommand === "play") return await play(rest, context);
    if (subcommand === "sign-url") return await signUrl(rest, context);
    const line = parseCommandLine(args);
    if (!("flags" in line)) {
      context.stdout.write(line.action === "help" ? helpText() : `rtmp-ingest ${packageVersion()}\n`);
      return ExitCode.ok;
    }
    const load = (): Promise<IngestConfig> => loadConfig({ ...line, environment: context.environment ?? {} });
    const config = await load();
    if (line.action === "run") return await serve(config, load, context);
    if (config.rtmps.listen.length > 0) await checkCertificate(config.tls);
    opener(config.relay); // reads its certificates
    context.stdout.write(showConfig(config));
    return ExitCode.ok;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    context.stderr.write(
      `${error.message.replace(/^/gm, "rtmp-ingest: ")}\nTry rtmp-ingest ${hasOwnHelp(subcommand) ? `${subcommand} ` : ""}--help\n`,
    );
    return ExitCode.usage;
  }
}

function hasOwnHelp(subcommand: string | undefined): boolean {
  return subcommand === "publish" || subcommand === "play" || subcommand === "sign-url";
}

/** @throws ConfigError */
async function checkCertificate(tls: IngestConfig["tls"]): Promise<void> {
  try {
    await loadCertificate(tls);
  } catch (error) {
    throw new ConfigError(`tls: ${error instanceof Error ? error.message : String(error)}`);
  }
}
