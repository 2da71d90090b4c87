import type { EventData, EventName } from "../src/api/event-schemas.js";
import type { SessionInfo, StreamInfo } from "../src/stats/schemas.js";
import { api, LoginNeeded, streamPath } from "./api.js";
import { byId, h, showTable } from "./dom.js";
import { duration, size } from "./format.js";
import { PlayerDialog } from "./player.js";
import { StreamCard } from "./stream-card.js";
import { endedColumns, recordingColumns, relayColumns, sessionColumns } from "./tables.js";

/** How soon lists are asked for anew behind an event, and how often in any case, in ms. */
const SOON_MS = 150;
const OFTEN_MS = 3000;

/** Events after which the lists are not what they were. */
const CHANGES = [
  ...(["stream-started", "stream-changed", "stream-ended", "session-started", "session-ended", "resync"] as const),
  ...(["recording-started", "recording-closed", "recording-failed"] as const),
  ...(["relay-live", "relay-retry", "relay-ended"] as const),
];

const places = {
  server: byId("server", HTMLElement),
  main: byId("main", HTMLElement),
  login: byId("login", HTMLFormElement),
  loginError: byId("login-error", HTMLElement),
  token: byId("token", HTMLInputElement),
  logout: byId("logout", HTMLButtonElement),
  streams: byId("streams", HTMLElement),
  sessions: byId("sessions", HTMLElement),
  recordings: byId("recordings", HTMLElement),
  relaysSection: byId("relays-section", HTMLElement),
  relays: byId("relays", HTMLElement),
  ended: byId("ended", HTMLElement),
};
const player = new PlayerDialog();
const cards = new Map<string, StreamCard>();
let events: EventSource | undefined;
let refreshTimer: number | undefined;

const actions = {
  play: (stream: StreamInfo): void => player.open(`${stream.app}/${stream.stream}`, `/${streamPath(stream)}`),
  run(button: EventTarget | null, call: () => Promise<unknown>): void {
    const pressed = button instanceof HTMLButtonElement ? button : undefined;
    if (pressed !== undefined) pressed.disabled = true;
    call()
      .catch((error: unknown) => alert(error instanceof Error ? error.message : String(error)))
      .finally(() => {
        if (pressed !== undefined) pressed.disabled = false;
        refreshSoon();
      });
  },
};

function kick({ id, peer }: SessionInfo, button: EventTarget | null): void {
  if (confirm(`End the session of ${peer}?`)) actions.run(button, () => api.kick(id));
}

/** Asks for all lists and shows them. */
async function refresh(): Promise<void> {
  try {
    const [server, streams, sessions, ended, recordings, relays] = await Promise.all([
      api.server(),
      api.streams(),
      api.sessions(),
      api.ended(),
      api.recordings(),
      api.relays(),
    ]);
    places.login.hidden = true;
    places.main.hidden = false;
    showServer(server);
    showStreams(streams.items);
    showTable(places.sessions, sessions.items, sessionColumns(kick), "Nobody is connected.");
    showTable(places.ended, ended.items, endedColumns, "None yet.");
    showTable(places.recordings, recordings.items, recordingColumns, "Nothing has been recorded.");
    places.relaysSection.hidden = relays.total === 0;
    showTable(places.relays, relays.items, relayColumns, "");
    listen();
  } catch (error) {
    if (error instanceof LoginNeeded) askForToken();
    else places.server.textContent = `No answer from the server: ${error instanceof Error ? error.message : error}`;
  } finally {
    clearTimeout(refreshTimer);
    refreshTimer = setTimeout(refresh, OFTEN_MS);
  }
}

function refreshSoon(): void {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(refresh, SOON_MS);
}

function showServer({ version, uptimeMs, connections, heldBytes, draining }: EventData<"hello">): void {
  const parts = [
    `version ${version}`,
    `up ${duration(uptimeMs)}`,
    `${connections.rtmp} RTMP and ${connections.http} HTTP connections`,
    `${size(heldBytes)} held`,
    ...(draining ? ["stopping: takes no new publishers"] : []),
  ];
  places.server.textContent = parts.join(" · ");
}

function showStreams(streams: readonly StreamInfo[]): void {
  const seen = new Set<string>();
  for (const stream of streams) {
    const key = streamPath(stream);
    seen.add(key);
    const card = cards.get(key);
    if (card !== undefined) card.update(stream);
    else {
      const added = new StreamCard(stream, actions);
      cards.set(key, added);
      places.streams.querySelector(":scope > .empty")?.remove();
      places.streams.append(added.element);
    }
  }
  for (const [key, card] of cards) {
    if (seen.has(key)) continue;
    card.element.remove();
    cards.delete(key);
  }
  if (cards.size === 0) places.streams.replaceChildren(howToPublish());
}

function howToPublish(): HTMLElement {
  return h(
    "p",
    { class: "empty" },
    "Nothing is live. In OBS, Settings > Stream > Custom…: Server ",
    h("code", {}, `rtmp://${location.hostname}/live`),
    ", Stream Key anything. With FFmpeg: ",
    h("code", {}, `ffmpeg -re -i FILE -c copy -f flv rtmp://${location.hostname}/live/my-stream`),
  );
}

/** Hears of changes as they happen. */
function listen(): void {
  if (events !== undefined) return;
  const source = new EventSource("/api/v1/events");
  events = source;
  const on = <Name extends EventName>(name: Name, handle: (data: EventData<Name>) => void): void => {
    source.addEventListener(name, (event) => handle(JSON.parse(event.data) as EventData<Name>));
  };
  on("stats", ({ streams, server }) => {
    showServer(server);
    for (const tick of streams) cards.get(streamPath(tick))?.tick(tick);
  });
  for (const name of CHANGES) on(name, refreshSoon);
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
    if (events === source) events = undefined;
  });
}

function askForToken(): void {
  events?.close();
  events = undefined;
  places.main.hidden = true;
  places.login.hidden = false;
}

places.login.addEventListener("submit", (event) => {
  event.preventDefault();
  places.loginError.textContent = "";
  api
    .login(places.token.value)
    .then(() => {
      places.token.value = "";
      places.logout.hidden = false;
      return refresh();
    })
    .catch((error: unknown) => {
      places.loginError.textContent = error instanceof Error ? error.message : String(error);
    });
});
places.logout.addEventListener("click", () => {
  places.logout.hidden = true;
  void api.logout().finally(refresh);
});

void refresh();
