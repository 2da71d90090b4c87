import type { EventWriter, Logger } from "./log.js";
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
  const tell: EventWriter = (level, name, event, message) => {
    if (logger.event !== undefined) logger.event(level, name, event, message);
    else logger[level]({ event: name, ...event }, message);
  };
  const refusals = new Map<string, { loggedAt: number; suppressed: number }>();

  if (listening) server.on("listening", (event) => tell("info", "listening", event, "Listening"));
  server.on("certificateLoaded", (event) => tell("info", "certificate-loaded", event, "New certificate"));
  server.on("certificateFailed", (event) => {
    tell("error", "certificate-failed", event, "The new certificate can not be used: the old one stays");
  });
  server.on("connection", (event) => tell("debug", "connection", event, "Connection"));
  server.on("connectionRefused", (event) => {
    const last = refusals.get(event.reason);
    if (last !== undefined && now() - last.loggedAt < REFUSAL_INTERVAL_MS) {
      last.suppressed++;
      return;
    }
    refusals.set(event.reason, { loggedAt: now(), suppressed: 0 });
    const more = last === undefined || last.suppressed === 0 ? {} : { suppressed: last.suppressed };
    tell("warn", "connection-refused", { ...event, ...more }, "Connection refused");
  });
  server.on("connect", (event) => tell("debug", "connect", event, "Connected"));
  server.on("connectRefused", (event) => tell("warn", "connect-refused", event, "Connect refused"));
  server.on("publish", (event) => tell("info", "publish", event, "Publish started"));
  server.on("publishRefused", (event) => tell("warn", "publish-refused", event, "Publish refused"));
  server.on("unpublish", (event) => {
    tell("info", "unpublish", event, event.clean ? "Publish ended" : "Publish broken off");
  });
  server.on("play", (event) => tell("info", "play", event, "Play started"));
  server.on("playRefused", (event) => tell("warn", "play-refused", event, "Play refused"));
  server.on("stop", (event) => tell("info", "stop", event, "Play ended"));
  server.on("sessionEnd", (event) => tell("info", "session-end", event, "Connection ended"));
  server.on("recordingStarted", (event) => tell("info", "recording-started", event, "Recording started"));
  server.on("recordingClosed", (event) => tell("info", "recording-closed", event, "Recording closed"));
  server.on("recordingTrackLeftOut", (event) => {
    tell("warn", "recording-track-left-out", event, "Recording goes without a track");
  });
  server.on("recordingFailed", (event) => tell("error", "recording-failed", event, "Recording failed"));
  server.on("relayLive", (event) => tell("info", "relay-live", event, "Relay is live"));
  server.on("relayRetry", (event) => tell("warn", "relay-retry", event, "Relay waits to connect again"));
  server.on("relayEnd", (event) => tell("info", "relay-end", event, "Relay ended"));
  server.on("httpOpen", (event) => {
    tell("warn", "http-open", event, "Everybody who reaches this address may use API and page: set a token");
  });
  server.on("httpRequest", (event) => tell("debug", "http-request", event, "HTTP request"));
  server.on("adminRefused", (event) => tell("warn", "admin-refused", event, "Wrong token"));
  server.on("hook", (event) => {
    if (event.outcome === "failed" && event.reason !== "cancelled") tell("warn", "hook", event, "Hook failed");
    else tell("debug", "hook", event, "Hook called");
  });
  server.on("hlsStarted", (event) => tell("info", "hls-started", event, "HLS started"));
  server.on("hlsStopped", (event) => tell("info", "hls-stopped", event, "HLS stopped"));
  server.on("hlsTrackLeftOut", (event) => tell("warn", "hls-track-left-out", event, "HLS lacks a track"));
  server.on("hlsFailed", (event) => tell("error", "hls-failed", event, "HLS failed"));
  server.on("draining", (event) => tell("info", "draining", event, "Asked clients to connect elsewhere"));
  server.on("drained", (event) => tell("info", "drained", event, "Waited for clients to leave"));
  server.on("fault", (event) => tell("error", "fault", event, "Fault in the server"));
}
