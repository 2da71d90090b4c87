import type { Comparison } from "../comparison.js";
import type { Problem } from "../problem.js";
import type { JsonObject, Shape } from "../shapes/shape.js";

/** A vector whose shape has been checked. */
export interface Vector {
  readonly name: string;
  readonly kind?: string;
  readonly input: JsonObject;
  readonly expected: JsonObject;
}

/** What a layer did with the input of a vector, fed in one way. */
export interface Observation {
  /** How the input was fed or read, for reports: `at once`, `byte by byte`, `as nodes`. */
  readonly fed: string;
  /** What was thrown, whatever it is. */
  readonly thrown?: unknown;
  /** What came out, under the keys of the vector files where they have one. */
  readonly facts: JsonObject;
  /** What is wrong whatever the vector expects, such as two forms of one value that disagree. */
  readonly faults?: readonly Problem[];
  /** Bytes that the decoder holds after the input, by its own count; this alone may depend on how the input was fed. */
  readonly heldBytes?: number;
}

/** A class of errors that a layer throws on purpose. */
export type ErrorClass = abstract new (...parameters: never[]) => Error & { readonly code: string };

/** One file of vectors and the package that it tests. */
export interface Layer {
  /** The shape of a vector of this file. */
  readonly shape: Shape;
  /** Errors of the layer under test. Anything else that is thrown fails the vector. */
  readonly errors: readonly ErrorClass[];
  /**
   * Feeds the input to fresh decoders, once in each way that the layer is to be fed. What the project's decoders throw is
   * part of the observation.
   * @param folder - The folder of the vector file, for paths in the input.
   */
  observe(vector: Vector, folder: string): Observation[] | Promise<Observation[]>;
  /** Compares all keys of an outcome but `error`, which has been compared. */
  compare(outcome: JsonObject, observation: Observation, comparison: Comparison, vector: Vector): void;
  /** Whether other keys are compared too where the outcome is an error. */
  readonly comparesBesideError?: boolean;
  /** Whether this outcome takes an error without a label. */
  acceptsAnyError?(outcome: JsonObject): boolean;
}
