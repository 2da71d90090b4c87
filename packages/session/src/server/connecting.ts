import type { ConnectCommand } from "@rtmp/messages";
import { normaliseApp } from "../names.js";
import { connectResult, errorResult, type ServerCapabilities } from "./replies.js";
import type { ServerContext } from "./server-context.js";

/** connect (RTMP 7.2.1.1): asks the application, unless there is something wrong with it. */
export function onConnect(context: ServerContext, command: ConnectCommand, now: number): void {
  const transactionId = command.transactionId ?? 1;
  if (context.connect !== undefined) {
    context.answerError(transactionId, "This connection has its application already.");
    return;
  }
  if (command.app === undefined || hasLongString(context, command)) {
    const description =
      command.app === undefined ? "connect must name an application." : "A string of connect is too long.";
    context.link.send(errorResult(transactionId, "NetConnection.Connect.Rejected", description));
    context.finish({ reason: "bad-argument", by: "us" });
    return;
  }
  context.ask({ type: "connect", app: normaliseApp(command.app), command }, now);
}

/** The application said yes, and what it offers. */
export function acceptConnect(
  context: ServerContext,
  app: string,
  command: ConnectCommand,
  offered: Partial<ServerCapabilities> | undefined,
): void {
  context.connect = command;
  context.app = app;
  context.link.announceWindow();
  context.link.send(connectResult(command, offered));
}

function hasLongString({ limits }: ServerContext, { properties }: ConnectCommand): boolean {
  const least = Math.min(limits.maxNameLength, limits.maxConnectStringLength);
  return Object.keys(properties).some((key) => {
    const value = properties[key];
    if (typeof value !== "string" || value.length <= least) return false;
    const isName = key === "app" || key.toLowerCase() === "tcurl";
    return value.length > (isName ? limits.maxNameLength : limits.maxConnectStringLength);
  });
}
