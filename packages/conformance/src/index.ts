export { VECTOR_FILES } from "./layers/layers.js";
export type { Problem } from "./problem.js";
export { type RunFoldersOptions, runFolders, type Totals } from "./run-folders.js";
export { runVector } from "./run-vector.js";
export { type Case, type FileFailure, type FolderContents, readFolder } from "./vector-files.js";
export { type Job, WatchedRunner, type WatchedRunnerOptions } from "./watched-runner.js";
