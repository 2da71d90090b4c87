/** Where signals come from: `process` fits. */
export interface SignalSource {
  on(signal: SignalName, listener: () => void): unknown;
  off(signal: SignalName, listener: () => void): unknown;
}

/** SIGHUP asks a server to read its configuration again; in a terminal it says that this is gone. */
export type SignalName = "SIGTERM" | "SIGINT" | "SIGHUP";

const ENDS = ["SIGTERM", "SIGINT"] as const;
const EXIT_CODES = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;

/** A signal that came. */
export interface Signal {
  readonly name: SignalName;
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

/** The next of some signals. @defaultValue SIGTERM or SIGINT */
export function nextSignal(source: SignalSource, names: readonly SignalName[] = ENDS): NextSignal {
  return listen(source, 0, names);
}

/** The next one that is not the same wish as the one that has just come. */
export function secondSignal(source: SignalSource): NextSignal {
  return listen(source, performance.now() + SAME_WISH_MS, ENDS);
}

/** @param from signals before this time, on the clock of `performance.now`, are taken and ignored. */
function listen(source: SignalSource, from: number, names: readonly SignalName[]): NextSignal {
  const listeners: { readonly name: Signal["name"]; readonly listener: () => void }[] = [];
  const ignore = (): void => {
    for (const { name, listener } of listeners.splice(0)) source.off(name, listener);
  };
  const received = new Promise<Signal>((resolve) => {
    for (const name of names) {
      const listener = (): void => {
        if (performance.now() < from) return;
        ignore();
        resolve({ name, exitCode: EXIT_CODES[name] });
      };
      listeners.push({ name, listener });
      source.on(name, listener);
    }
  });
  return { received, ignore };
}
