import { createHmac, randomBytes } from "node:crypto";

/** Of this process alone: nobody can try names against what stands in a log. */
const SALT = randomBytes(32);

/** Stands for a name that may be a key: the same name gives the same text while this process runs. */
export function hiddenName(name: string): string {
  return `(hidden-${createHmac("sha256", SALT).update(name).digest("hex").slice(0, 8)})`;
}
