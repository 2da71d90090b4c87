/** One stream that the client publishes or plays, from its request to its end. */
export interface ClientStream {
  /** What the caller knows it by; not the message stream id, which comes later from the server. */
  readonly id: number;
  readonly kind: "publish" | "play";
  /** With its query. */
  readonly name: string;
  /** Sends publish or play once the message stream is there. */
  readonly begin: (transactionId: number, messageStreamId: number) => void;
  /** `creating` until createStream is answered, `starting` until publish or play is, `ended` when the server ended it. */
  state: "creating" | "starting" | "active" | "ended";
  /** Of createStream. */
  readonly createdBy: number;
  /** Of publish or play. */
  startedBy: number | undefined;
  messageStreamId: number | undefined;
  /** When an answer is due, on the clock of `now`. */
  answerBy: number;
}

/** The streams of one client connection, found by whatever servers name them with. */
export class ClientStreams {
  readonly #streams = new Map<number, ClientStream>();
  #lastId = 0;

  /** Streams that are not over. */
  get count(): number {
    return this.all().filter(({ state }) => state !== "ended").length;
  }
  add(stream: Omit<ClientStream, "id" | "state" | "startedBy" | "messageStreamId">): ClientStream {
    const added: ClientStream = {
      ...stream,
      id: ++this.#lastId,
      state: "creating",
      startedBy: undefined,
      messageStreamId: undefined,
    };
    this.#streams.set(added.id, added);
    return added;
  }
  get(id: number): ClientStream | undefined {
    return this.#streams.get(id);
  }
  delete(stream: ClientStream): void {
    this.#streams.delete(stream.id);
  }
  all(): ClientStream[] {
    return [...this.#streams.values()];
  }

  /** Whether any stream is in this state. */
  has(kind: ClientStream["kind"], state: ClientStream["state"]): boolean {
    for (const stream of this.#streams.values()) if (stream.kind === kind && stream.state === state) return true;
    return false;
  }
  /** The stream whose createStream, publish or play has this transaction id. */
  byTransaction(transactionId: number): ClientStream | undefined {
    return this.#find(({ createdBy, startedBy }) => createdBy === transactionId || startedBy === transactionId);
  }
  /** When the next answer is due; `Infinity` if none is awaited. */
  get answerBy(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const stream of this.#streams.values()) if (isPending(stream)) at = Math.min(at, stream.answerBy);
    return at;
  }
  /** Moves what is awaited by a time in which nothing was read. */
  postpone(ms: number): void {
    for (const stream of this.#streams.values()) stream.answerBy += ms;
  }

  /** The stream that plays here. Servers that know one stream alone send its media on 0 (FFmpeg). */
  playing(messageStreamId: number): ClientStream | undefined {
    const plays = (stream: ClientStream): boolean =>
      stream.kind === "play" && (stream.state === "starting" || stream.state === "active");
    const exact = this.#find((stream) => stream.messageStreamId === messageStreamId);
    if (exact !== undefined) return plays(exact) ? exact : undefined;
    return messageStreamId === 0 ? this.#only(plays) : undefined;
  }
  /**
   * The stream that a status is about: the one of its message stream, else of its transaction id. A status on stream 0
   * may also be meant for the one that waits for an answer, or for the only one there is.
   */
  concerned(messageStreamId: number, transactionId: number): ClientStream | undefined {
    const found =
      (messageStreamId > 0 ? this.#find((stream) => stream.messageStreamId === messageStreamId) : undefined) ??
      (transactionId > 0 ? this.#find((stream) => stream.startedBy === transactionId) : undefined);
    if (found !== undefined || messageStreamId > 0) return found;
    return this.#find(({ state }) => state === "starting") ?? this.#only(({ state }) => state === "active");
  }

  #find(matches: (stream: ClientStream) => boolean): ClientStream | undefined {
    for (const stream of this.#streams.values()) if (matches(stream)) return stream;
    return undefined;
  }
  #only(matches: (stream: ClientStream) => boolean): ClientStream | undefined {
    const found = this.all().filter(matches);
    return found.length === 1 ? found[0] : undefined;
  }
}

/** Whether an answer of the server is awaited. */
export function isPending({ state }: ClientStream): boolean {
  return state === "creating" || state === "starting";
}
