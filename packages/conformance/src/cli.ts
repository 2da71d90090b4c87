import { fileURLToPath } from "node:url";
import { runFolders } from "./run-folders.js";
import { WatchedRunner } from "./watched-runner.js";

// Runs the vectors of this package and of the folders in RTMP_VECTORS_DIR (colon-separated). Exit code 1 on any failure.
const ownFolder = fileURLToPath(new URL("../vectors", import.meta.url));
const further = (process.env["RTMP_VECTORS_DIR"] ?? "").split(":").filter((folder) => folder !== "");

const runner = new WatchedRunner();
const { failed } = await runFolders([ownFolder, ...further], {
  run: (job) => runner.run(job),
  print: (line) => console.log(line),
});
await runner.close();
process.exitCode = failed > 0 ? 1 : 0;
