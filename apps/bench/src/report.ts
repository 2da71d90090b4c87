import { execFileSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";

/** One line of the report. */
export interface Row {
  readonly measurement: string;
  readonly who: string;
  /** Median of the repetitions. */
  readonly value: number;
  readonly unit: string;
  /** How many times what ours needs; for rates, how many times less than ours it does. Above 1 ours is ahead. */
  readonly ratio: number;
  readonly more: string;
}

/** Where and when the numbers were taken. */
export interface Circumstances {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  readonly node: string;
}

/** Reads them. */
export function circumstances(): Circumstances {
  const [cpu] = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: `${cpus().length} x ${cpu?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`,
    node: process.version,
  };
}

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

/** All rows as one Markdown table. */
export function toMarkdown(rows: readonly Row[]): string {
  const lines = rows.map(({ measurement, who, value, unit, ratio, more }) => {
    const times = who.startsWith("ours") && ratio === 1 ? "1" : ratio.toFixed(2);
    return `| ${measurement} | ${who} | ${digits(value)} ${unit} | ${times} | ${more} |`;
  });
  return ["| measurement | who | median | x ours | |", "|---|---|---:|---:|---|", ...lines, ""].join("\n");
}

/** Three digits that mean something. */
function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toPrecision(3);
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
