import type { IngestConfig } from "../config/config.js";
import type { IngestEvents, ListeningEvent } from "../events.js";
import type { StreamId } from "../hub/stream-id.js";
import type { RecordingStart } from "../recording/recordings.js";
import type { ReloadReport } from "../reload/reloader.js";
import type { EndedSession } from "../stats/schemas.js";
import type { WorkerReport } from "./sibling-door.js";

/** Where a stream is: the socket on which its worker serves the others. */
export interface Location {
  readonly id: StreamId;
  readonly path: string;
}

/** An error as it goes from one process to another. */
export interface StartFailure {
  readonly message: string;
  readonly code: string | undefined;
  readonly port: number | undefined;
  readonly address: string | undefined;
}

/** What the primary offers its workers. */
export type PrimaryCalls = {
  /** Enters a stream into the directory. @returns whether the name is now this worker's. */
  claim(id: StreamId): Promise<boolean>;
  /** Gives a name back. */
  release(id: StreamId): void;
  listening(event: ListeningEvent): void;
  started(): void;
  /** How things stand, and what happens in between: for the page, the API and the metrics. */
  report(report: WorkerReport): void;
  happened(name: keyof IngestEvents, values: readonly unknown[]): void;
  ended(session: EndedSession): void;
  /** It can not start. */
  failed(error: StartFailure): void;
};

/** What a worker offers the primary. */
export type WorkerCalls = {
  /** Another worker has a stream, or no longer. */
  appeared(location: Location): void;
  disappeared(id: StreamId): void;
  /** Another worker wants the name. @param force also if somebody publishes it here. @returns whether it is free now. */
  giveUp(id: StreamId, force: boolean): boolean;
  kick(id: string, description: string): void;
  startRecording(id: StreamId): RecordingStart;
  stopRecording(id: StreamId): Promise<boolean>;
  /** Another configuration. @throws what is wrong with it; then nothing is changed. */
  reload(config: IngestConfig): Promise<ReloadReport>;
  /** Finishes everything and leaves. @returns whether all was finished in time. */
  stop(): Promise<boolean>;
};
