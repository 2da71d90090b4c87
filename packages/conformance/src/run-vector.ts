import { judge } from "./judge.js";
import type { Vector } from "./layers/layer.js";
import { layerOf } from "./layers/layers.js";
import { type Problem, show } from "./problem.js";

/**
 * Checks one vector against the format, feeds it to fresh decoders of its layer, and compares what comes out.
 *
 * Runs here and now: a decoder that hangs hangs the caller. {@link WatchedRunner} runs vectors in a worker instead.
 * @param fileName - Name of the vector file without its folder: it says which layer is meant.
 * @param vector - The vector as parsed from JSON, not yet checked.
 * @param folder - Folder of the vector file, for paths in the input.
 * @returns what is wrong; an empty list is a pass. Never rejects.
 */
export async function runVector(fileName: string, vector: unknown, folder = "."): Promise<Problem[]> {
  try {
    const layer = layerOf(fileName);
    if (layer === undefined)
      return [{ what: "unknown vector file", expected: "a file named in the format", actual: fileName }];
    const problems: Problem[] = [];
    layer.shape(vector, "", problems);
    if (problems.length > 0) return problems;
    const checked = vector as Vector; // its shape says so
    return judge(checked, layer, await layer.observe(checked, folder));
  } catch (error) {
    return [{ what: "the run", expected: "a verdict", actual: error instanceof Error ? String(error) : show(error) }];
  }
}
