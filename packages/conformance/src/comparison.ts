import { type Problem, show } from "./problem.js";
import { isObject, type JsonObject, join, own } from "./shapes/shape.js";

/** Gathers what differs between one outcome and what a layer did, and counts what was compared at all. */
export class Comparison {
  /** What differs. */
  readonly problems: Problem[] = [];
  #compared = 0;

  /** How many statements of the outcome were put to the test: 0 means that there is no verdict. */
  get compared(): number {
    return this.#compared;
  }

  /** Demands that a value holds: numbers by value, lists with their length and order, and of objects each expected key. */
  same(path: string, expected: unknown, actual: unknown): void {
    this.#compared++;
    compareJson(path, expected, actual, this.problems);
  }

  /** Demands a condition. */
  holds(condition: boolean, what: string, expected: string, actual: string): void {
    this.#compared++;
    if (!condition) this.problems.push({ what, expected, actual });
  }

  /** {@link same} for each of these keys that the outcome has. */
  sameKeys(outcome: JsonObject, facts: JsonObject, keys: Iterable<string>): void {
    for (const key of keys) if (Object.hasOwn(outcome, key)) this.same(key, outcome[key], own(facts, key));
  }
}

function compareJson(path: string, expected: unknown, actual: unknown, problems: Problem[]): void {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) {
      problems.push({ what: path, expected: show(expected), actual: show(actual) });
      return;
    }
    if (expected.length !== actual.length)
      problems.push({
        what: `${path}.length`,
        expected: `${expected.length}, as in ${show(expected)}`,
        actual: `${actual.length}, as in ${show(actual)}`,
      });
    const both = Math.min(expected.length, actual.length);
    for (let i = 0; i < both; i++) compareJson(`${path}[${i}]`, expected[i], actual[i], problems);
    return;
  }
  if (isObject(expected)) {
    if (!isObject(actual)) {
      problems.push({ what: path, expected: show(expected), actual: show(actual) });
      return;
    }
    for (const key of Object.keys(expected)) compareJson(join(path, key), expected[key], own(actual, key), problems);
    return;
  }
  // `===` takes 1 for 1.0 and 0 for -0. NaN never stands in JSON: tagged values hold it as a string.
  if (expected !== actual) problems.push({ what: path, expected: show(expected), actual: show(actual) });
}
