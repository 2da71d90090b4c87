import { type Problem, show } from "../problem.js";
import { anything, count, listOf, object, own, text } from "./shape.js";

const top = object({ count: count(), vectors: listOf(anything) }, { file: text, description: text });

/** What is wrong with a vector file as a whole: its keys, and its `count`. The vectors are checked one by one, later. */
export function checkFile(file: unknown): Problem[] {
  const problems: Problem[] = [];
  top(file, "", problems);
  const announced = own(file, "count");
  const vectors = own(file, "vectors");
  if (Array.isArray(vectors) && typeof announced === "number" && announced !== vectors.length)
    problems.push({
      what: "`count`",
      expected: `${show(vectors.length)}, the number of vectors`,
      actual: show(announced),
    });
  return problems;
}
