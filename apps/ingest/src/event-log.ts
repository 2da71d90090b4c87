import type { Logger } from "./log.js";
import type { IngestServer } from "./server.js";

/** Refused connections of one reason are logged once in so long, with the number of those in between, in ms. */
const REFUSAL_INTERVAL_MS = 1000;

/** How {@link logEvents} goes about it. */
export interface EventLogOptions {
  /** Milliseconds of any clock. */
  readonly now?: () => number;
  /** Whether to tell where the server listens. @defaultValue true */
  readonly listening?: boolean;
}

/**
 * Writes a server's events to a log, each as a line with its `event` and fields.
 */
export function logEvents(server: IngestServer, logger: Logger, options: EventLogOptions = {}): void {
  const { now = () => performance.now(), listening = true } = options;
  const refusals = new Map<string, { loggedAt: number; suppressed: number }>();

  if (listening) server.on("listening", (event) => logger.info({ event: "listening", ...event }, "Listening"));
  server.on("certificateLoaded", (event) => logger.info({ event: "certificate-loaded", ...event }, "New certificate"));
  server.on("certificateFailed", (event) => {
    logger.error({ event: "certificate-failed", ...event }, "The new certificate can not be used: the old one stays");
  });
  const debugs = (): boolean => logger.isLevelEnabled?.("debug") ?? true; // before a line is put together that nobody reads
  server.on("connection", (event) => {
    if (debugs()) logger.debug({ event: "connection", ...event }, "Connection");
  });
  server.on("connectionRefused", (event) => {
    const last = refusals.get(event.reason);
    if (last !== undefined && now() - last.loggedAt < REFUSAL_INTERVAL_MS) {
      last.suppressed++;
      return;
    }
    refusals.set(event.reason, { loggedAt: now(), suppressed: 0 });
    const more = last === undefined || last.suppressed === 0 ? {} : { suppressed: last.suppressed };
    logger.warn({ event: "connection-refused", ...event, ...more }, "Connection refused");
  });
  server.on("connect", (event) => {
    if (debugs()) logger.debug({ event: "connect", ...event }, "Connected");
  });
  server.on("connectRefused", (event) => logger.warn({ event: "connect-refused", ...event }, "Connect refused"));
  server.on("publish", (event) => logger.info({ event: "publish", ...event }, "Publish started"));
  server.on("publishRefused", (event) => logger.warn({ event: "publish-refused", ...event }, "Publish refused"));
  server.on("unpublish", (event) => {
    logger.info({ event: "unpublish", ...event }, event.clean ? "Publish ended" : "Publish broken off");
  });
  server.on("play", (event) => logger.info({ event: "play", ...event }, "Play started"));
  server.on("playRefused", (event) => logger.warn({ event: "play-refused", ...event }, "Play refused"));
  server.on("stop", (event) => logger.info({ event: "stop", ...event }, "Play ended"));
  server.on("sessionEnd", (event) => logger.info({ event: "session-end", ...event }, "Connection ended"));
  server.on("recordingStarted", (event) => logger.info({ event: "recording-started", ...event }, "Recording started"));
  server.on("recordingClosed", (event) => logger.info({ event: "recording-closed", ...event }, "Recording closed"));
  server.on("recordingTrackLeftOut", (event) => {
    logger.warn({ event: "recording-track-left-out", ...event }, "Recording goes without a track");
  });
  server.on("recordingFailed", (event) => logger.error({ event: "recording-failed", ...event }, "Recording failed"));
  server.on("relayLive", (event) => logger.info({ event: "relay-live", ...event }, "Relay is live"));
  server.on("relayRetry", (event) => logger.warn({ event: "relay-retry", ...event }, "Relay waits to connect again"));
  server.on("relayEnd", (event) => logger.info({ event: "relay-end", ...event }, "Relay ended"));
  server.on("httpOpen", (event) => {
    logger.warn(
      { event: "http-open", ...event },
      "Everybody who reaches this address may use API and page: set a token",
    );
  });
  server.on("httpRequest", (event) => logger.debug({ event: "http-request", ...event }, "HTTP request"));
  server.on("adminRefused", (event) => logger.warn({ event: "admin-refused", ...event }, "Wrong token"));
  server.on("hook", (event) => {
    const fields = { event: "hook", ...event };
    if (event.outcome === "failed" && event.reason !== "cancelled") logger.warn(fields, "Hook failed");
    else logger.debug(fields, "Hook called");
  });
  server.on("hlsStarted", (event) => logger.info({ event: "hls-started", ...event }, "HLS started"));
  server.on("hlsStopped", (event) => logger.info({ event: "hls-stopped", ...event }, "HLS stopped"));
  server.on("hlsTrackLeftOut", (event) => logger.warn({ event: "hls-track-left-out", ...event }, "HLS lacks a track"));
  server.on("hlsFailed", (event) => logger.error({ event: "hls-failed", ...event }, "HLS failed"));
  server.on("draining", (event) => logger.info({ event: "draining", ...event }, "Asked clients to connect elsewhere"));
  server.on("drained", (event) => logger.info({ event: "drained", ...event }, "Waited for clients to leave"));
  server.on("fault", (event) => logger.error({ event: "fault", ...event }, "Fault in the server"));
}
