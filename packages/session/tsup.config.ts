import { defineConfig } from "tsup";

const common = { format: "esm", target: "es2022", dts: true } as const;

// Two builds, so that only the Node entry sees Node's types.
export default defineConfig([
  { ...common, entry: ["src/index.ts"], clean: true },
  { ...common, entry: { node: "src/node/index.ts" }, tsconfig: "tsconfig.node.json" },
]);
