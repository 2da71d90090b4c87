import { join } from "node:path";
import { pathPart } from "./path-part.js";
import type { RecordingFormat } from "./recording-info.js";

/** `DIR/<app>/<stream>/2026-01-31T12-00-00.123Z.flv` */
export const DEFAULT_NAME = "{app}/{stream}/{start}.{ext}";

/** What a file's name can be made of. */
export interface NameValues {
  readonly app: string;
  readonly stream: string;
  /** When the stream's publish began. */
  readonly publishedAt: Date;
  /** When the file was begun. */
  readonly startedAt: Date;
  /** Number of the file within its recording, from 1. */
  readonly index: number;
  readonly format: RecordingFormat;
}

const PLACEHOLDERS: Readonly<Record<string, (values: NameValues) => string>> = {
  app: ({ app }) => app,
  stream: ({ stream }) => stream,
  publish: ({ publishedAt }) => moment(publishedAt),
  start: ({ startedAt }) => moment(startedAt),
  date: ({ startedAt }) => moment(startedAt).slice(0, 10),
  time: ({ startedAt }) => moment(startedAt).slice(11, 19),
  index: ({ index }) => String(index).padStart(3, "0"),
};
const ENDING = ".{ext}";
/** Room for `-1000.flv` behind a file's name. */
const ENDING_BYTES = 9;
const MAX_BYTES = 255;
/** What a name may be made of beside placeholders: what `pathPart` leaves as it is. */
const PLAIN = /^[A-Za-z0-9_\-.+=@,/]*$/;

/**
 * What is wrong with a template of names, for people; undefined if nothing is. A template is a path below the folder
 * of the recordings, of plain characters and placeholders, and ends in `.{ext}`.
 */
export function nameTemplateProblem(template: string): string | undefined {
  if (!template.endsWith(ENDING)) return `must end in ${ENDING}`;
  const path = template.slice(0, -ENDING.length);
  const unknown = [...path.matchAll(/\{([^{}]*)\}/g)].find(([, name = ""]) => !Object.hasOwn(PLACEHOLDERS, name));
  if (unknown !== undefined) {
    return `has the unknown placeholder ${unknown[0]}; there are ${Object.keys(PLACEHOLDERS).map(braced).join(", ")}`;
  }
  const plain = path.replaceAll(/\{[^{}]*\}/g, "");
  if (!PLAIN.test(plain)) return "may have letters, digits, _ - . + = @ , / and placeholders";
  if (path.split("/").some((part) => part === "" || part === "." || part === "..")) {
    return "must stay below the folder of the recordings, without empty parts";
  }
  return undefined;
}

/**
 * Makes the names of recordings. Each part of the path, with all placeholders in it, becomes exactly one folder or file,
 * whatever streams are called.
 */
export class NameTemplate {
  readonly #parts: readonly string[];

  /** @throws RangeError for a template that {@link nameTemplateProblem} complains about. */
  constructor(template: string) {
    const problem = nameTemplateProblem(template);
    if (problem !== undefined) throw new RangeError(`name ${template}: ${problem}`);
    this.#parts = template.slice(0, -ENDING.length).split("/");
  }

  /**
   * Path below the folder of the recordings.
   * @param copy 2 and up for further files of the same name: `…-2.flv`.
   */
  path(values: NameValues, copy = 1): string {
    const parts = this.#parts.map((part) =>
      part.replaceAll(/\{([a-z]+)\}/g, (_, name) => PLACEHOLDERS[name]?.(values) ?? ""),
    );
    const name = pathPart(parts.pop() ?? "", MAX_BYTES - ENDING_BYTES);
    const folders = parts.map((part) => pathPart(part));
    return join(...reserve(folders), `${name}${copy > 1 ? `-${copy}` : ""}.${values.format}`);
  }
}

/** The manifest stands in the outermost folder: no stream's folder may be in its way. */
function reserve([outermost, ...folders]: readonly string[]): readonly string[] {
  if (outermost === undefined) return [];
  return [outermost.toLowerCase() === MANIFEST_NAME ? `%${outermost}` : outermost, ...folders];
}

/** Name of the manifest, in the folder of the recordings. */
export const MANIFEST_NAME = "recordings.jsonl";

/** `2026-01-31T12-00-00.123Z` */
function moment(date: Date): string {
  return date.toISOString().replaceAll(":", "-");
}

function braced(name: string): string {
  return `{${name}}`;
}
