import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readFolder, runVector, VECTOR_FILES } from "./index.js";

const folder = fileURLToPath(new URL("../vectors", import.meta.url));
const { cases, failures } = readFolder(folder);

test("the files are whole, and all six are there", () => {
  expect(failures).toEqual([]);
  expect(new Set(cases.map(({ file }) => file))).toEqual(new Set(VECTOR_FILES));
});

describe.for(VECTOR_FILES)("%s", (file) => {
  test.for(cases.filter((vector) => vector.file === file).map(({ name, vector }) => [name, vector] as const))(
    "%s",
    async ([, vector]) => {
      expect(await runVector(file, vector, folder)).toEqual([]);
    },
  );
});
