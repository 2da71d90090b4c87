import { configSchema, keyOf } from "./config.js";
import { FLAGS } from "./flags.js";
import { type Leaf, leavesOf } from "./schema-walk.js";
import type { Source } from "./source.js";
import { newTree, put } from "./tree.js";

/** What all variables begin with. */
const PREFIX = "RTMP_INGEST_";
/** The variable of `--config`. */
const CONFIG_VARIABLE = `${PREFIX}CONFIG`;

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable and the key that it sets. */
export interface Variable extends Leaf {
  readonly name: string;
}

/** All variables: named after the flag that sets the same key, or, where there is none, after the key. */
export const VARIABLES: readonly Variable[] = leavesOf(configSchema).map((leaf) => {
  const flag = FLAGS.find(({ key }) => key === leaf.key);
  return { ...leaf, name: PREFIX + constantCase(flag?.name ?? leaf.key) };
});

/**
 * Kubernetes and Docker tell each container of its neighbours in variables of their own. Those of one that is called
 * `rtmp-ingest` look like ours.
 */
const NEIGHBOUR =
  /^RTMP_INGEST_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?|ENV_\w+)$/;
const NEIGHBOUR_PORT = /^(tcp|udp):\/\//;

/** The file that the environment names, if any. */
export function configFileOf(environment: Environment): string | undefined {
  return environment[CONFIG_VARIABLE];
}

/**
 * Reads what the environment configures. Lists are separated by commas. A variable of ours that is not known is one of its
 * mistakes.
 */
export function readEnvironment(environment: Environment): Source {
  const options = newTree();
  const mistakes: string[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || text === undefined || name === CONFIG_VARIABLE) continue;
    const variable = VARIABLES.find((candidate) => candidate.name === name);
    if (variable !== undefined) put(options, variable.key.split("."), parsed(text, variable));
    else if (!NEIGHBOUR.test(name) && !(name.endsWith("_PORT") && NEIGHBOUR_PORT.test(text))) {
      mistakes.push(`${name}: is not known; see rtmp-ingest --help for the flags that variables are named after`);
    }
  }
  return { options, nameOf, mistakes };
}

function nameOf(path: readonly PropertyKey[]): string {
  const key = keyOf(path);
  return VARIABLES.find((variable) => variable.key === key || key.startsWith(`${variable.key}.`))?.name ?? key;
}

function parsed(text: string, { type, list }: Leaf): unknown {
  if (!list) return typed(text, type);
  return text.trim() === "" ? [] : text.split(",").map((item) => typed(item.trim(), type));
}

/** Text that is no number, or neither on nor off, stays text: the schema says what is wrong. */
function typed(text: string, type: Leaf["type"]): unknown {
  if (type === "number") return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (type === "text") return text;
  if (/^(true|on|yes|1)$/i.test(text)) return true;
  return /^(false|off|no|0)$/i.test(text) ? false : text;
}

/** `limits.pendingPerAddress`, `max-pending`: LIMITS_PENDING_PER_ADDRESS, MAX_PENDING. */
function constantCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[.-]/g, "_")
    .toUpperCase();
}
