/** Where signals come from: `process` fits. */
export interface SignalSource {
  on(signal: "SIGTERM" | "SIGINT", listener: () => void): unknown;
  off(signal: "SIGTERM" | "SIGINT", listener: () => void): unknown;
}

/** A signal that came. */
export interface Signal {
  readonly name: "SIGTERM" | "SIGINT";
  /** What a shell makes of it: 128 and the signal's number. */
  readonly exitCode: number;
}

/** Waits for a signal. */
export interface NextSignal {
  readonly received: Promise<Signal>;
  /** Leaves signals to others again. */
  ignore(): void;
}

/**
 * A signal so soon after the first is the same wish: under `npm start` a Ctrl+C comes from the terminal and from npm. In ms.
 */
const SAME_WISH_MS = 500;

/** The next SIGTERM or SIGINT. */
export function nextSignal(source: SignalSource): NextSignal {
  return listen(source, 0);
}

/** The next one that is not the same wish as the one that has just come. */
export function secondSignal(source: SignalSource): NextSignal {
  return listen(source, performance.now() + SAME_WISH_MS);
}

/** @param from signals before this time, on the clock of `performance.now`, are taken and ignored. */
function listen(source: SignalSource, from: number): NextSignal {
  const listeners: { readonly name: Signal["name"]; readonly listener: () => void }[] = [];
  const ignore = (): void => {
    for (const { name, listener } of listeners.splice(0)) source.off(name, listener);
  };
  const received = new Promise<Signal>((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) {
      const listener = (): void => {
        if (performance.now() < from) return;
        ignore();
        resolve({ name, exitCode: name === "SIGINT" ? 130 : 143 });
      };
      listeners.push({ name, listener });
      source.on(name, listener);
    }
  });
  return { received, ignore };
}
