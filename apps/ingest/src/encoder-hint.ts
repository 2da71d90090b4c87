const RTMP_PORT = 1935;

interface Address {
  readonly address: string;
  readonly port: number;
}

/** What to type into an encoder, for people who look at the terminal. @param http where to watch, if that is on. */
export function encoderHint(rtmp: Address, http: Address | undefined, directory: string | undefined): string {
  const server = `rtmp://${hostOf(rtmp)}${rtmp.port === RTMP_PORT ? "" : `:${rtmp.port}`}/live`;
  const site =
    http === undefined ? undefined : `http://${http.address === "127.0.0.1" ? "localhost" : hostOf(http)}:${http.port}`;
  const watch = [`ffplay ${server}/my-stream`, ...(site === undefined ? [] : [`${site}/live/my-stream.flv`])];
  const recordings = directory === undefined ? "nothing (see --record)" : `${directory}/<app>/<stream>/<time>.flv`;
  return `
  OBS: Settings > Stream > Service: Custom...
    Server:      ${server}
    Stream Key:  anything, for example: my-stream

  FFmpeg: ffmpeg -re -i FILE -c copy -f flv ${server}/my-stream
  Watch:  ${watch.join("\n          ")}

  Records ${recordings}
  Ctrl+C finishes all streams and stops.

`;
}

/** A name that reaches the address from this machine. */
function hostOf({ address }: Address): string {
  if (address === "::" || address === "0.0.0.0") return "localhost";
  return address.includes(":") ? `[${address}]` : address;
}
