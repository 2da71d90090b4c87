/** Names a stream: what `rtmp://host/<app>/<name>` points at, without queries. Both parts may be logged. */
export interface StreamId {
  /** Application, without its query and without outer slashes; may hold inner ones (`live/inst`). */
  readonly app: string;
  /** Stream name: the publishing name up to its first `?`. */
  readonly name: string;
}

/** One string for each pair, for maps: no other pair has the same one. */
export function streamKey(id: StreamId): string {
  return `${id.app.length} ${id.app}${id.name}`; // the length tells where one ends and the other begins
}

/** For people: `live/camera`. */
export function streamLabel(id: StreamId): string {
  return `${id.app}/${id.name}`;
}
