import { EventEmitter } from "node:events";
import { runCommand } from "../command.js";

/** `rtmp-ingest` in this process, with what it wrote. */
export function startCommand(args: readonly string[], output?: number) {
  let stdout = "";
  let stderr = "";
  const signals = new EventEmitter();
  const code = runCommand(args, {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    signals,
    output,
  });
  return { code, signals, stdout: () => stdout, stderr: () => stderr };
}

/** The same to its end. */
export async function runToEnd(args: readonly string[], output?: number) {
  const { code, stdout, stderr } = startCommand(args, output);
  return { code: await code, stdout: stdout(), stderr: stderr() };
}
