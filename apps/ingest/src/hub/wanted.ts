/** Tells whether an answer is still wanted. The request of a session fits. */
export interface Wanted {
  /** Whether it is not any more. */
  readonly aborted: boolean;
  /** Tells when it is not any more. Made when it is asked for, which most never do: a signal costs as much as decoding a command. */
  readonly signal: AbortSignal;
}

/** For as long as a signal is not aborted. */
export function wantedUntil(signal: AbortSignal): Wanted {
  return {
    signal,
    get aborted() {
      return signal.aborted;
    },
  };
}
