import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/cli.ts", "src/load/main.ts", "src/servers/node-media-server.ts", "src/servers/raw-sink.ts"],
  format: "esm",
  target: "es2022",
  clean: true,
});
