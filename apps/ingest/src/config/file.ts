import { dirname, resolve } from "node:path";
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import { ConfigError, configSchema } from "./config.js";
import { readSmallFile } from "./read-file.js";
import { layersOf, mapMarked } from "./schema-walk.js";
import type { Source } from "./source.js";
import { isTree, merge, newTree } from "./tree.js";

/** Longest configuration file, in bytes. */
const MAX_FILE = 1024 * 1024;
/** How deep brackets may be nested: the parser needs stack for each. */
const MAX_NESTING = 64;
/** How often an alias may be put in for what it stands for, all in all. */
const MAX_ALIASES = 100;

/**
 * Reads a configuration file: YAML, of which JSON is a part. Relative paths in it are relative to its folder.
 * @throws ConfigError if it can not be read, or is no object in which each key stands once.
 */
export async function readConfigFile(path: string): Promise<Source> {
  let text: string;
  try {
    text = await readSmallFile(path, MAX_FILE);
  } catch (error) {
    throw new ConfigError(`${path}: can not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseConfigFile(path, text);
}

/** As {@link readConfigFile}, of a text. @param path where it comes from. */
export function parseConfigFile(path: string, text: string): Source {
  const lines = new LineCounter();
  const fail = (offset: number, problem: string): never => {
    throw new ConfigError(`${path}:${lines.linePos(offset).line}: ${problem}`);
  };
  if (!isShallow(text)) throw new ConfigError(`${path}: more than ${MAX_NESTING} brackets are open at once`);
  // Its own search for keys that stand twice takes time by their square.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) fail(problem.pos[0], `is not YAML: ${problem.message}`);
  const twice = findTwice(document);
  if (twice !== undefined) fail(twice.offset, `${twice.key}: stands there twice`);
  const value = contentOf(document, path);
  if (!isTree(value)) throw new ConfigError(`${path}: must hold keys and their values`);
  const folder = dirname(resolve(path));
  const absolute = mapMarked(layersOf(configSchema), value, (mark, member) =>
    mark.path === true && typeof member === "string" && member !== "" ? resolve(folder, member) : member,
  );
  return {
    options: merge(isTree(absolute) ? absolute : newTree(), newTree()),
    nameOf: (keys) => `${path}:${lines.linePos(offsetOf(document, keys)).line}: ${keys.join(".") || "configuration"}`,
  };
}

function contentOf(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) ?? newTree(); // an empty file says nothing
  } catch (error) {
    throw new ConfigError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whether no more brackets are open at once than may be. Those in texts and comments count as well. */
function isShallow(text: string): boolean {
  let open = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open = Math.max(0, open + (bracket === "[" || bracket === "{" ? 1 : -1));
    if (open > MAX_NESTING) return false;
  }
  return true;
}

/** The first key that its object has twice. */
function findTwice(document: Document): { readonly key: string; readonly offset: number } | undefined {
  let found: { key: string; offset: number } | undefined;
  visit(document, {
    Map(_, map) {
      const names = new Set<string>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? String(key.value) : "";
        if (names.has(name)) {
          found = { key: name, offset: startOf(key) };
          return visit.BREAK;
        }
        names.add(name);
      }
      return undefined;
    },
  });
  return found;
}

/** Where the last part of a path stands that is there. */
function offsetOf(document: Document, keys: readonly PropertyKey[]): number {
  let at: unknown = document.contents;
  let offset = 0;
  for (const key of keys) {
    if (isAlias(at)) at = at.resolve(document);
    if (isMap(at)) {
      const pair = at.items.find(({ key: name }) => isScalar(name) && String(name.value) === String(key));
      if (pair === undefined) break;
      offset = startOf(pair.key);
      at = pair.value;
    } else if (isSeq(at) && typeof key === "number") {
      at = at.items[key];
      offset = startOf(isPair(at) ? at.key : at);
    } else break;
  }
  return offset;
}

function startOf(node: unknown): number {
  return (node as Node | undefined)?.range?.[0] ?? 0;
}
