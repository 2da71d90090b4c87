/** A stored file, for whoever serves it. */
export interface StoredFile {
  /** Bytes of it. */
  readonly length: number;
  /** In memory, or where on disk. */
  readonly content: Uint8Array | string;
}

/** Keeps the files of one run by name. Names come from the server itself; what a request asks for is only looked up. */
export interface SegmentStore {
  /** Keeps a file. Rejects when that is not possible. The bytes are not changed afterwards. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  get(name: string): StoredFile | undefined;
  /** Lets a file go; without effect if it is not there. */
  remove(name: string): Promise<void>;
  /** Writes the playlists too, where others than this server may serve them. */
  playlists?(playlists: ReadonlyMap<string, string>): Promise<void>;
  /** Lets everything go. */
  clear(): Promise<void>;
  /** Bytes in memory. */
  readonly heldBytes: number;
}

/** Keeps files in memory. */
export class MemorySegmentStore implements SegmentStore {
  readonly #files = new Map<string, Uint8Array>();
  #heldBytes = 0;

  get heldBytes(): number {
    return this.#heldBytes;
  }

  put(name: string, bytes: Uint8Array): Promise<void> {
    this.#files.set(name, bytes);
    this.#heldBytes += bytes.length;
    return Promise.resolve();
  }
  get(name: string): StoredFile | undefined {
    const content = this.#files.get(name);
    return content === undefined ? undefined : { length: content.length, content };
  }
  remove(name: string): Promise<void> {
    this.#heldBytes -= this.#files.get(name)?.length ?? 0;
    this.#files.delete(name);
    return Promise.resolve();
  }
  clear(): Promise<void> {
    this.#files.clear();
    this.#heldBytes = 0;
    return Promise.resolve();
  }
}
