import { defineConfig } from "tsup";

const common = { format: "esm", target: "es2022" } as const;
const index = "src/index.ts";
const node = "src/node/index.ts";

// The code of both entries is built at once, so that they share their classes; their types apart, so that only the Node
// entry sees Node's.
export default defineConfig([
  { ...common, entry: { index, node }, splitting: true, clean: true },
  { ...common, entry: { index }, dts: { only: true } },
  { ...common, entry: { node }, dts: { only: true }, tsconfig: "tsconfig.node.json" },
]);
