/** Options as a source gives them: not checked yet. Without a prototype, so that `__proto__` is only a name. */
export interface Tree {
  [key: string]: unknown;
}

/** An empty tree. */
export function newTree(): Tree {
  return Object.create(null) as Tree;
}

/** Whether a value has members of its own. */
export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Sets what a path leads to, and makes the branches on the way. */
export function put(tree: Tree, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const branch = isTree(tree[key]) ? tree[key] : newTree();
  tree[key] = branch;
  put(branch, rest, value);
}

/**
 * One tree over another: what the upper one has goes first, a list as a whole. A section that is something else below stays what it is,
 * so that this mistake is found. Members without a value count for nothing.
 */
export function merge(lower: Tree, upper: Tree): Tree {
  const merged = newTree();
  for (const [key, value] of Object.entries(lower)) {
    if (value !== null && value !== undefined) merged[key] = isTree(value) ? merge(value, newTree()) : value;
  }
  for (const [key, value] of Object.entries(upper)) {
    if (value === null || value === undefined) continue;
    if (!isTree(value)) merged[key] = value;
    else if (merged[key] === undefined || isTree(merged[key])) merged[key] = merge(merged[key] ?? newTree(), value);
  }
  return merged;
}

/** How many steps of a path a value can follow. */
export function depthOf(value: unknown, path: readonly PropertyKey[]): number {
  let at = value;
  for (const [depth, key] of path.entries()) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return depth;
    at = Object.getOwnPropertyDescriptor(at, key)?.value;
    if (at === null || at === undefined) return depth;
  }
  return path.length;
}

/** What a path leads to. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    at = typeof at === "object" && at !== null ? Object.getOwnPropertyDescriptor(at, key)?.value : undefined;
  }
  return at;
}
