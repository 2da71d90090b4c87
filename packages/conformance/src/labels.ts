import type { ErrorClass } from "./layers/layer.js";

/** Which error of the project a label of the vector files stands for. */
interface Meaning {
  readonly code: string;
  /** Chunk formats that the error must name, where two labels share one code. */
  readonly fmt?: readonly number[];
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  "unexpected-eof": { code: "unexpected-eof" },
  "missing-previous-header": { code: "missing-previous-header" },
  "unexpected-type0": { code: "unexpected-header", fmt: [0] },
  "unexpected-header-in-mid-message": { code: "unexpected-header", fmt: [1, 2] },
  "invalid-chunk-size": { code: "invalid-chunk-size" },
  "malformed-control": { code: "malformed-control" },
  "message-too-large": { code: "message-too-large" },
  "malformed-aggregate": { code: "malformed-aggregate" },
  "amf-depth": { code: "amf-depth" },
};

/** What was thrown, as far as reports and labels need it. */
export interface ThrownError {
  readonly className: string;
  readonly code: string;
  readonly message: string;
  readonly fmt: number | undefined;
}

/** The error as one of the layer's own, or `undefined` if it is not: a `TypeError`, a stack overflow, another package's. */
export function projectError(thrown: unknown, classes: readonly ErrorClass[]): ThrownError | undefined {
  const error = classes.some((known) => thrown instanceof known) ? (thrown as Error & { code: unknown }) : undefined;
  if (error === undefined || typeof error.code !== "string") return undefined;
  return { className: error.name, code: error.code, message: error.message, fmt: fmtOf(error) };
}

/** Whether an error of the layer is what the label stands for; `*` stands for any. */
export function isLabelled(label: string, error: ThrownError): boolean {
  if (label === "*") return true;
  const meaning = Object.hasOwn(MEANINGS, label) ? MEANINGS[label] : undefined;
  if (meaning === undefined || meaning.code !== error.code) return false;
  return meaning.fmt === undefined || (error.fmt !== undefined && meaning.fmt.includes(error.fmt));
}

/** What a label stands for, for reports. */
export function describeLabel(label: string): string {
  const meaning = Object.hasOwn(MEANINGS, label) ? MEANINGS[label] : undefined;
  if (meaning === undefined) return label === "*" ? "any error of the layer" : `error ${label}`;
  const fmt = meaning.fmt === undefined ? "" : ` at a header of fmt ${meaning.fmt.join(" or ")}`;
  return `error ${label} (code ${meaning.code}${fmt})`;
}

function fmtOf(error: Error): number | undefined {
  const context = "context" in error ? error.context : undefined;
  if (typeof context !== "object" || context === null || !("fmt" in context)) return undefined;
  return typeof context.fmt === "number" ? context.fmt : undefined;
}
