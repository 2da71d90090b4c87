import type { IngestConfig } from "./config/config.js";

/** What of the configuration of recordings is told. */
type Recording = Pick<IngestConfig["record"], "directory" | "when" | "format">;

const RTMP_PORT = 1935;

interface Address {
  readonly address: string;
  readonly port: number;
}

/**
 * What to type into an encoder, for people who look at the terminal.
 * @param http where to watch, if that is on.
 * @param needsKey whether who publishes, or plays, must know a key.
 */
export function encoderHint(
  rtmp: Address,
  http: Address | undefined,
  record: Recording,
  needsKey: { readonly publish: boolean; readonly play: boolean } = { publish: false, play: false },
): string {
  const server = `rtmp://${hostOf(rtmp)}${rtmp.port === RTMP_PORT ? "" : `:${rtmp.port}`}/live`;
  const site =
    http === undefined ? undefined : `http://${http.address === "127.0.0.1" ? "localhost" : hostOf(http)}:${http.port}`;
  const name = needsKey.publish ? "my-stream?key=KEY" : "my-stream";
  const query = needsKey.play ? "?key=KEY" : "";
  const quote = needsKey.publish || needsKey.play ? '"' : ""; // a shell has its own use for question marks
  const watch = [
    `ffplay ${quote}${server}/my-stream${query}${quote}`,
    ...(site === undefined ? [] : [`${site}/live/my-stream.flv${query}`]),
  ];
  const page = site === undefined ? "" : `\n  Page: ${site}\n`;
  return `${page}
  OBS: Settings > Stream > Service: Custom...
    Server:      ${server}
    Stream Key:  ${needsKey.publish ? name : `anything, for example: ${name}`}

  FFmpeg: ffmpeg -re -i FILE -c copy -f flv ${quote}${server}/${name}${quote}
  Watch:  ${watch.join("\n          ")}

  Records ${describe(record)}
  Ctrl+C finishes all streams and stops.

`;
}

/** A name that reaches the address from this machine. */
function hostOf({ address }: Address): string {
  if (address === "::" || address === "0.0.0.0") return "localhost";
  return address.includes(":") ? `[${address}]` : address;
}

/** What is recorded, and where to. */
function describe({ directory, when, format }: Recording): string {
  if (directory === undefined) return "nothing (see --record)";
  const formats = format === "both" ? "FLV and MP4" : format.toUpperCase();
  return when === "manual" ? `what the API asks for, as ${formats} in ${directory}` : `${formats} into ${directory}`;
}
