import { Comparison } from "./comparison.js";
import { describeLabel, isLabelled, projectError, type ThrownError } from "./labels.js";
import type { Layer, Observation, Vector } from "./layers/layer.js";
import { type Problem, show } from "./problem.js";
import type { JsonObject } from "./shapes/shape.js";

/** What is wrong with what a layer did, by the `expected` of a vector; an empty list is a pass. */
export function judge(vector: Vector, layer: Layer, observations: readonly Observation[]): Problem[] {
  const foreign = foreignErrors(layer, observations);
  if (foreign.length > 0) return foreign;
  const always = [...observations.flatMap(({ faults = [] }) => faults), ...differingFeeds(layer, observations)];
  if (always.length > 0) return always;

  const { anyOf, ...beside } = vector.expected;
  if (!Array.isArray(anyOf)) return judgeOutcome(vector.expected, vector, layer, observations);
  const branches: Problem[] = [];
  for (const [index, branch] of anyOf.entries()) {
    const problems = judgeOutcome({ ...beside, ...branch }, vector, layer, observations); // keys beside anyOf hold for all
    if (problems.length === 0) return [];
    branches.push(...problems.map((problem) => ({ ...problem, what: `anyOf[${index}]: ${problem.what}` })));
  }
  return branches;
}

/** Errors that are nobody's intention fail a vector, also where it expects an error. */
function foreignErrors(layer: Layer, observations: readonly Observation[]): Problem[] {
  return observations
    .filter(({ thrown }) => thrown !== undefined && projectError(thrown, layer.errors) === undefined)
    .map(({ fed, thrown }) => ({
      what: `${fed}: an error that is not of the layer's own classes`,
      expected: `at most ${layer.errors.map((known) => known.name).join(" or ") || "no error"}`,
      actual: describeThrown(thrown),
    }));
}

/** However the input is cut, the same must come out. */
function differingFeeds(layer: Layer, observations: readonly Observation[]): Problem[] {
  const [first, ...others] = observations;
  if (first === undefined) return [{ what: "verdict", expected: "an observation", actual: "none" }];
  const outcome = (observation: Observation): JsonObject => {
    const error = projectError(observation.thrown, layer.errors);
    return { error: error === undefined ? "none" : `${error.className} ${error.code}`, ...observation.facts };
  };
  const reference = outcome(first);
  const comparison = new Comparison();
  for (const other of others) {
    const found = outcome(other);
    comparison.sameKeys(reference, found, Object.keys(reference));
    if (comparison.problems.length > 0)
      return comparison.problems.map(({ what, expected, actual }) => ({
        what: `${what}: not the same ${first.fed} and ${other.fed}`,
        expected,
        actual,
      }));
  }
  return [];
}

function judgeOutcome(
  outcome: JsonObject,
  vector: Vector,
  layer: Layer,
  observations: readonly Observation[],
): Problem[] {
  for (const [index, observation] of observations.entries()) {
    const comparison = new Comparison();
    const error = projectError(observation.thrown, layer.errors);
    const label = outcome["error"];
    if (typeof label === "string") {
      const holds = error !== undefined && isLabelled(label, error);
      comparison.holds(holds, "error", describeLabel(label), describeError(error));
    } else if (error !== undefined && layer.acceptsAnyError?.(outcome) !== true)
      comparison.problems.push({ what: "error", expected: "no error", actual: describeError(error) });
    if (comparison.problems.length === 0 && (label === undefined || layer.comparesBesideError === true)) {
      layer.compare(outcome, observation, comparison, vector);
      if (comparison.compared === 0)
        comparison.problems.push({ what: "verdict", expected: "a key that is compared", actual: show(outcome) });
    }
    if (comparison.problems.length > 0)
      return comparison.problems.map((problem) => ({
        ...problem,
        actual: index > 0 ? `${problem.actual} (${observation.fed})` : problem.actual, // others were as good before
      }));
  }
  return [];
}

function describeError(error: ThrownError | undefined): string {
  if (error === undefined) return "no error";
  const fmt = error.fmt === undefined ? "" : `, fmt ${error.fmt}`;
  return `${error.className} ${error.code}${fmt}: ${error.message}`;
}

function describeThrown(thrown: unknown): string {
  if (!(thrown instanceof Error)) return show(thrown);
  const code = "code" in thrown ? ` ${String(thrown.code)}` : "";
  return `${thrown.name}${code}: ${thrown.message}`;
}
