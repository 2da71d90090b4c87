const RTMP_PORT = 1935;

/** What to type into an encoder, for people who look at the terminal. */
export function encoderHint(
  { address, port }: { address: string; port: number },
  directory: string | undefined,
): string {
  const anyAddress = address === "::" || address === "0.0.0.0";
  const host = anyAddress ? "localhost" : address.includes(":") ? `[${address}]` : address;
  const server = `rtmp://${host}${port === RTMP_PORT ? "" : `:${port}`}/live`;
  const recordings = directory === undefined ? "nothing (see --record)" : `${directory}/<app>/<stream>/<time>.flv`;
  return `
  OBS: Settings > Stream > Service: Custom...
    Server:      ${server}
    Stream Key:  anything, for example: my-stream

  FFmpeg: ffmpeg -re -i FILE -c copy -f flv ${server}/my-stream
  Watch:  ffplay ${server}/my-stream

  Records ${recordings}
  Ctrl+C finishes all streams and stops.

`;
}
