import { connects } from "./connects.js";
import { fanOut } from "./fan-out.js";
import { ingest } from "./ingest.js";
import type { Job, JobResult, Told } from "./jobs.js";

// A process of its own, so that what the load costs is not counted as the server's, nor the other way round.

const tell = (told: Told): void => void process.stdout.write(`${JSON.stringify(told)}\n`);
const begin = (): void => tell({ event: "begin" });
tell({ event: "end", ...(await run(JSON.parse(process.argv[2] ?? "{}"))) });
process.exit(0); // whatever is still open was opened for the load alone

function run(job: Job): Promise<JobResult> {
  switch (job.kind) {
    case "ingest":
      return ingest(job, begin);
    case "fan-out":
      return fanOut(job, begin);
    case "connect":
      return connects(job, begin);
  }
}
