/** In each turn of the event loop one of so many that wait is let go, one at least. */
const SHARE = 16;

let leaving: (() => void)[] = [];

/**
 * Calls back in one of the next turns of the event loop, few at a time: to end a connection takes as long as two messages of one that
 * begins, which has somebody waiting for it.
 */
export function leaveInTurn(callback: () => void): void {
  leaving.push(callback);
  if (leaving.length === 1) setImmediate(letGo);
}

function letGo(): void {
  const count = Math.ceil(leaving.length / SHARE);
  const [now, later] = [leaving.slice(0, count), leaving.slice(count)];
  leaving = later;
  if (later.length > 0) setImmediate(letGo);
  for (const callback of now) callback();
}
