import { posix } from "node:path";
import ts from "typescript";
import type { Manifest } from "./workspace.js";

/** Which doors one package has. */
export interface Doors {
  /** Packages of this repository that it may import. */
  readonly imports: readonly string[];
  /** Runtime dependencies from elsewhere. A library has next to none; `"any"` is for applications. */
  readonly thirdParty?: readonly string[] | "any";
  /** Folder below `src` that may use Node, and that the main entry must not reach; `"."` is the whole package. */
  readonly node?: string;
  /** The one file that may name these globals, which `lib: ES2022` lacks, and declares their shape. */
  readonly globals?: { readonly file: string; readonly names: readonly string[] };
}

const LIBRARIES = ["bytes-util", "amf0", "amf3", "handshake", "chunk", "messages", "flv", "session"];

/** Who may import whom: the drawing in ARCHITECTURE.md as a table. */
export const DOORS: Readonly<Record<string, Doors>> = {
  "bytes-util": { imports: [] },
  amf0: { imports: ["bytes-util"] },
  amf3: { imports: ["bytes-util"] },
  handshake: { imports: ["bytes-util"], thirdParty: ["@noble/hashes"] },
  chunk: { imports: ["bytes-util"] },
  messages: { imports: ["bytes-util", "amf0", "amf3"] },
  flv: { imports: ["bytes-util", "amf0"] },
  session: {
    imports: ["bytes-util", "amf0", "handshake", "chunk", "messages"],
    node: "node",
    globals: { file: "src/platform.ts", names: ["setTimeout", "clearTimeout", "performance", "crypto"] },
  },
  conformance: { imports: LIBRARIES, node: "." },
  ingest: { imports: LIBRARIES, thirdParty: "any", node: "." },
  bench: { imports: [...LIBRARIES, "conformance", "ingest"], thirdParty: "any", node: "." },
};

/** What a library may not name: it runs in browsers and workers too, and time and chance are arguments. */
const FORBIDDEN_GLOBALS = new Set(
  `Buffer process global require __dirname __filename console performance crypto queueMicrotask
  setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate`.split(/\s+/),
);
const FORBIDDEN_MEMBERS = new Set(["Date.now", "Math.random"]);

const SCOPE = "@rtmp/";

/** Tests and what only they use; never published. */
export function isTestFile(path: string): boolean {
  return /\.test\.ts$|(^|\/)src\/(testing|vectors)\//.test(path);
}

/**
 * Compares one package with its doors.
 * @param name the package's name without the scope.
 * @param sources path from the package's folder (`src/index.ts`) to text.
 * @returns a line for each thing that is wrong; nothing if all is right.
 */
export function checkDoors(name: string, manifest: Manifest, sources: ReadonlyMap<string, string>): string[] {
  const doors = DOORS[name];
  if (doors === undefined) return [`${name}: no row in the table of doors`];
  const problems = checkManifest(doors, manifest);
  const links = new Map<string, string[]>();
  for (const [path, text] of sources) {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
    const wrong = (node: ts.Node, problem: string) => {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      problems.push(`${path}:${line + 1}: ${problem}`);
    };
    const isLibraryCode = isLibraryFile(doors, path);
    links.set(path, checkImports(name, doors, path, file, isLibraryCode, wrong));
    if (isLibraryCode) checkGlobals(doors, path, file, wrong);
  }
  if (doors.node !== undefined && doors.node !== ".") problems.push(...checkNodeStaysOutside(doors.node, links));
  return problems.map((problem) => `${name}: ${problem}`);
}

/** Not tests, not the build's configuration, not what lies in the folder for Node. */
function isLibraryFile(doors: Doors, path: string): boolean {
  if (doors.node === "." || !path.startsWith("src/") || isTestFile(path)) return false;
  return !path.startsWith(`src/${doors.node}/`);
}

function checkManifest(doors: Doors, manifest: Manifest): string[] {
  const runtime = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
  const problems: string[] = [];
  for (const dependency of Object.keys({ ...runtime, ...manifest.devDependencies })) {
    if (dependency.startsWith(SCOPE)) {
      if (!doors.imports.includes(dependency.slice(SCOPE.length))) {
        problems.push(`package.json: depends on ${dependency}, which is no door of it`);
      }
    } else if (dependency in runtime && doors.thirdParty !== "any" && !doors.thirdParty?.includes(dependency)) {
      problems.push(`package.json: third-party runtime dependency ${dependency}`);
    }
  }
  return problems;
}

/** @returns the files of the package that this one imports at run time. */
function checkImports(
  name: string,
  doors: Doors,
  path: string,
  file: ts.SourceFile,
  isLibraryCode: boolean,
  wrong: (node: ts.Node, problem: string) => void,
): string[] {
  const links: string[] = [];
  for (const { node, specifier } of importsOf(file)) {
    if (specifier.startsWith(".")) {
      const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, ".ts");
      if (target.startsWith("..")) wrong(node, `imports ${specifier}, outside its package`);
      else if (isLibraryCode && isTestFile(target)) wrong(node, `imports ${specifier}, which only tests may`);
      links.push(target);
    } else if (specifier.startsWith(SCOPE)) {
      const [target, subpath] = specifier.slice(SCOPE.length).split("/");
      if (target !== name && !doors.imports.includes(target ?? "")) wrong(node, `imports ${specifier}, no door of it`);
      if (subpath === "node" && isLibraryCode) wrong(node, `imports ${specifier}, which needs Node`);
    } else if (isLibraryCode && !isAllowedThirdParty(doors, specifier)) wrong(node, `imports ${specifier}`);
  }
  if (isLibraryCode) {
    for (const { fileName } of file.typeReferenceDirectives) wrong(file, `names the types of ${fileName}`);
  }
  return links;
}

function isAllowedThirdParty(doors: Doors, specifier: string): boolean {
  if (doors.thirdParty === "any") return true;
  return doors.thirdParty?.some((name) => specifier === name || specifier.startsWith(`${name}/`)) === true;
}

/** Every module that a file names: imports, re-exports, `import()` and `import("…")` types. */
function importsOf(file: ts.SourceFile): { node: ts.Node; specifier: string }[] {
  const found: { node: ts.Node; specifier: string }[] = [];
  const visit = (node: ts.Node): void => {
    let named: ts.Node | undefined;
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) named = node.moduleSpecifier;
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      named = node.arguments[0];
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) named = node.argument.literal;
    else if (ts.isExternalModuleReference(node)) named = node.expression;
    if (named !== undefined) found.push({ node, specifier: ts.isStringLiteralLike(named) ? named.text : "(computed)" });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function checkGlobals(
  doors: Doors,
  path: string,
  file: ts.SourceFile,
  wrong: (node: ts.Node, problem: string) => void,
): void {
  const allowed = doors.globals?.file === path ? doors.globals.names : [];
  const visit = (node: ts.Node): void => {
    const name = globalNamed(node);
    if (name !== undefined && !allowed.includes(name)) wrong(node, `uses ${name}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

/** @returns the forbidden global that this node names, as itself or as a member of `globalThis`. */
function globalNamed(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node)) {
    return FORBIDDEN_GLOBALS.has(node.text) && !isMemberName(node) ? node.text : undefined;
  }
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const { text } = node.expression;
    if (text === "globalThis" && FORBIDDEN_GLOBALS.has(node.name.text)) return node.name.text;
    return FORBIDDEN_MEMBERS.has(`${text}.${node.name.text}`) ? `${text}.${node.name.text}` : undefined;
  }
  if (ts.isElementAccessExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "globalThis") {
    return "globalThis[…]";
  }
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "Date") {
    return (node.arguments?.length ?? 0) === 0 ? "new Date()" : undefined;
  }
  return undefined;
}

/** Whether an identifier names a member of something (`session.process`, `{ process: 1 }`), not a variable. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  return (
    (ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isMethodSignature(parent) ||
      ts.isAccessor(parent)) &&
    parent.name === node
  );
}

/** Walks from the main entry: nothing that it reaches may lie in the folder that needs Node. */
function checkNodeStaysOutside(folder: string, links: ReadonlyMap<string, readonly string[]>): string[] {
  const reached = new Map<string, string>([["src/index.ts", "src/index.ts"]]);
  for (const [path, chain] of reached) {
    if (path.startsWith(`src/${folder}/`) || path === `src/${folder}.ts`) {
      return [`the main entry reaches the node entry: ${chain}`];
    }
    for (const next of links.get(path) ?? []) {
      if (!reached.has(next)) reached.set(next, `${chain} -> ${next}`);
    }
  }
  return [];
}
