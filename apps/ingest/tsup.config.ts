import { defineConfig } from "tsup";

export default defineConfig([
  {
    entry: ["src/index.ts", "src/cli.ts"],
    format: "esm",
    target: "es2022",
    dts: { entry: "src/index.ts" },
    clean: ["!web/**"],
  },
  {
    // The web page: its players are bundled with it, and loaded when somebody plays.
    name: "web",
    entry: ["web/main.ts"],
    outDir: "dist/web",
    publicDir: "web/public",
    format: "esm",
    platform: "browser",
    target: "es2022",
    tsconfig: "web/tsconfig.json",
    splitting: true,
    minify: true,
    clean: true,
  },
]);
