/** A code block of a document that a reader would copy. */
export interface Example {
  /** Line of the document on which its code begins, from 1. */
  readonly line: number;
  readonly text: string;
  /** Whether it runs by itself: all do, save those marked `no-run` because they need a peer on the network. */
  readonly runs: boolean;
}

/**
 * Finds the blocks of TypeScript in a Markdown document: those opened with a fence and `ts`, or `ts no-run`.
 * @throws Error if a block is marked otherwise, or does not end.
 */
export function examplesOf(markdown: string): Example[] {
  const found: Example[] = [];
  const all = markdown.split(/\r?\n/);
  for (let at = 0; at < all.length; at++) {
    const [, fence, language, mark] = /^(`{3,})(\w*) *(.*)$/.exec(all[at] ?? "") ?? [];
    if (fence === undefined) continue;
    const end = all.indexOf(fence, at + 1);
    if (end < 0) throw new Error(`the block that begins on line ${at + 1} does not end`);
    if (language === "ts") {
      if (mark !== "" && mark !== "no-run") throw new Error(`line ${at + 1}: a block cannot be marked ${mark}`);
      const text = `${all.slice(at + 1, end).join("\n")}\n`;
      found.push({ line: at + 2, text, runs: mark === "" });
    }
    at = end;
  }
  return found;
}
