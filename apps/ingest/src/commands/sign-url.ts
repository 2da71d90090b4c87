import { parseArgs } from "node:util";
import { ClientError } from "@rtmp/session";
import { signStreamUrl } from "../auth/signed-url.js";
import { ConfigError } from "../config/config.js";
import type { Environment } from "../config/env.js";
import { loadConfig } from "../config/load.js";
import { parseDuration } from "../config/values.js";

const DEFAULT_TIME = "60m";

const HELP = `Makes a URL that is good for a time.

Usage: rtmp-ingest sign-url [options] URL

The secret is the first of auth.signing.secrets in the configuration of the server: in its file, or in the variable
RTMP_INGEST_AUTH_SIGNING_SECRETS.

  --config FILE           the configuration of the server
  --action publish|play   what the URL is for (play)
  --expires TIME          how long it is good, in s or m (${DEFAULT_TIME})
  -h, --help              this text

Example:
  rtmp-ingest sign-url --config ingest.yaml --action publish --expires 90m rtmp://example.com/live/camera
`;

/** What the command needs of its process. */
interface SignContext {
  readonly stdout: { write(text: string): unknown };
  readonly environment?: Environment | undefined;
}

/**
 * `rtmp-ingest sign-url`: prints a URL that is good for a time.
 * @throws ConfigError if it can not be made.
 */
export async function signUrl(args: readonly string[], { stdout, environment = {} }: SignContext): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help === true) {
    stdout.write(HELP);
    return 0;
  }
  const [url, ...others] = positionals;
  if (url === undefined || others.length > 0) throw new ConfigError("name one URL");
  const { action = "play", expires = DEFAULT_TIME } = values;
  if (action !== "publish" && action !== "play") throw new ConfigError("--action: must be publish or play");
  const time = parseDuration(expires);
  if (time === undefined || time < 1000) throw new ConfigError("--expires: must be a time such as 60m, of at least 1s");
  const flags = { options: {}, nameOf: (path: readonly PropertyKey[]) => path.join(".") };
  const { auth } = await loadConfig({ flags, file: values.config, environment });
  const [secret] = auth.signing.secrets;
  if (secret === undefined) throw new ConfigError("auth.signing.secrets: there is none to sign with");
  try {
    stdout.write(`${signStreamUrl(url, { action, secret, expiresAt: new Date(Date.now() + time) })}\n`);
  } catch (error) {
    if (error instanceof ClientError || error instanceof TypeError || error instanceof RangeError) {
      throw new ConfigError(`the URL can not be signed: ${error.message}`);
    }
    throw error;
  }
  return 0;
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const options = { config: text, action: text, expires: text, help: { type: "boolean", short: "h" } } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new ConfigError(error instanceof Error ? (error.message.split(". ", 1)[0] ?? error.message) : String(error));
  }
}
