import type { AuthConfig } from "../config/auth.js";
import { type AccessRequest, type Allowed, DENIED, type Refused, type Verdict } from "./gate.js";
import { hiddenName } from "./hidden-name.js";
import { queryParameter } from "./query.js";
import { checkSignature } from "./signed-url.js";
import { KeyRing, type StreamKey, sha256 } from "./stream-keys.js";

/** What a stream is called that has a key for a name, if the key names no stream. */
const UNNAMED = "stream";
const ALLOWED: Allowed = { allowed: true };

/** Decides by stream keys and signed URLs. An action for which there is neither is open to everybody. */
export class Credentials {
  readonly #ring: KeyRing;
  readonly #parameter: string;
  readonly #signing: AuthConfig["signing"];
  readonly #guarded: Readonly<Record<"publish" | "play", boolean>>;
  readonly #hasKeys: boolean;
  /** Names that are public for sure. */
  readonly #publicNames: ReadonlySet<string>;
  readonly #now: () => number;

  /** @param now milliseconds since 1970. */
  constructor(config: AuthConfig, now: () => number) {
    const keys = streamKeys(config);
    const { secrets, actions } = config.signing;
    const guarded = (action: "publish" | "play"): boolean =>
      keys.some((key) => key[action]) || (secrets.length > 0 && actions.includes(action));
    this.#ring = new KeyRing(keys);
    this.#parameter = config.parameter;
    this.#signing = config.signing;
    this.#guarded = { publish: guarded("publish"), play: guarded("play") };
    this.#hasKeys = keys.length > 0;
    this.#publicNames = new Set(keys.flatMap(({ stream }) => (stream === undefined ? [] : [stream])));
    this.#now = now;
  }

  check(request: AccessRequest): Verdict {
    const { action, stream } = request;
    if (action === "connect") return ALLOWED;
    const named = this.#hasKeys ? this.#ring.find(stream) : [];
    if (!this.#guarded[action]) return named.length === 0 ? ALLOWED : { ...ALLOWED, shown: hiddenName(stream) };
    const signature = this.#checkSignature(action, request);
    if (signature === "valid") return ALLOWED;
    const key = this.#keyFor(action, request, named);
    if (key !== undefined) return { ...ALLOWED, stream: key.name, limits: key.limits };
    return this.#refuse(action, stream, signature === "expired");
  }

  /** Whether it takes a key or a signature. */
  guards(action: AccessRequest["action"]): boolean {
    return action !== "connect" && this.#guarded[action];
  }

  /** What logs may call a stream that was asked for and refused: it may be a key with a slip in it. */
  shown(stream: string): string {
    return this.#hasKeys && !this.#publicNames.has(stream) ? hiddenName(stream) : stream;
  }

  #keyFor(
    action: "publish" | "play",
    { app, stream, query, appQuery = "" }: AccessRequest,
    named: readonly StreamKey[],
  ): { name: string; limits: StreamKey["limits"] } | undefined {
    const given = queryParameter(query, this.#parameter) ?? queryParameter(appQuery, this.#parameter);
    const found = this.#hasKeys && given !== undefined ? this.#ring.find(given) : [];
    const counts = (key: StreamKey): boolean => key[action] && (key.app === undefined || key.app === app);
    const byQuery = found.find((key) => counts(key) && (key.stream === undefined || key.stream === stream));
    // A name that is itself a key never becomes a public one, even with a key behind it.
    if (byQuery !== undefined && named.length === 0) return { name: stream, limits: byQuery.limits };
    const byName = named.find(counts);
    return byName && { name: byName.stream ?? UNNAMED, limits: byName.limits };
  }

  #checkSignature(action: "publish" | "play", request: AccessRequest): ReturnType<typeof checkSignature> {
    const { secrets, actions, skewMs } = this.#signing;
    if (secrets.length === 0 || !actions.includes(action)) return "absent";
    return checkSignature({ ...request, action }, request.query, secrets, this.#now() / 1000, skewMs / 1000);
  }

  #refuse(action: "publish" | "play", stream: string, expired: boolean): Refused {
    const refusal = { allowed: false, code: DENIED[action], shown: this.shown(stream) } as const;
    if (expired) return { ...refusal, reason: "link-expired", description: "This link has expired.", counts: false };
    const description =
      action === "publish"
        ? "The stream key is missing or wrong: check it in the encoder's settings."
        : "Playing this stream needs a key, and it is missing or wrong.";
    return { ...refusal, reason: "wrong-key", description };
  }
}

function streamKeys({ publishKey, playKey, keys }: AuthConfig): StreamKey[] {
  const all: StreamKey[] = keys.map(({ key, keySha256, ...rest }) => ({
    ...rest,
    digest: keySha256 === undefined ? sha256(key ?? "") : Buffer.from(keySha256, "hex"),
  }));
  if (publishKey !== undefined) all.push({ digest: sha256(publishKey), publish: true, play: false });
  if (playKey !== undefined) all.push({ digest: sha256(playKey), publish: false, play: true });
  return all;
}
