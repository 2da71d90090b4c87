import { isDeepStrictEqual } from "node:util";
import { Bench } from "tinybench";

/** One way to do the work of a contest. */
export interface Contender {
  readonly name: string;
  /** Does the work once. What it returns keeps the work from being optimised away. */
  readonly run: () => unknown;
  /** The same work, told in a form in which all contenders agree. @defaultValue what `run` returns */
  readonly check?: () => unknown;
}

/** The same work, done by several. The first contender is ours. */
export interface Contest {
  /** Layer and work, as in `amf0 decode connect`. */
  readonly name: string;
  /** Bytes that one run reads or writes, where speed is what counts. */
  readonly bytes?: number;
  readonly contenders: readonly Contender[];
}

/** What one contender took. */
export interface ContestResult {
  readonly contest: string;
  readonly contender: string;
  /** Median of one run, in ns. */
  readonly ns: number;
  /** Bytes a second, where the contest counts them. */
  readonly bytesPerSecond?: number;
  /** How many times as long as ours. */
  readonly ratio: number;
}

/** Runs shorter than this, in ns, are timed several at once, so that the clock costs nothing. */
const SHORTEST_NS = 50_000;

/**
 * Compares what the contenders do, then times them.
 * @param timeMs for each contender.
 * @throws Error if they do not do the same.
 */
export async function hold(contest: Contest, timeMs: number): Promise<ContestResult[]> {
  checkSame(contest);
  const bench = new Bench({ time: timeMs, warmupTime: timeMs / 2 });
  const repeats = contest.contenders.map(({ run }) => repeatsOf(run));
  for (const [index, { name, run }] of contest.contenders.entries()) {
    const times = repeats[index] ?? 1;
    bench.add(name, () => {
      let last: unknown;
      for (let i = 0; i < times; i++) last = run();
      return last;
    });
  }
  await bench.run();
  const medians = bench.tasks.map(({ name, result }, index) => {
    if (result.state !== "completed") throw new Error(`${contest.name}: ${name} was not timed: ${result.state}`);
    return (result.latency.p50 * 1e6) / (repeats[index] ?? 1);
  });
  return contest.contenders.map(({ name }, index) => {
    const ns = medians[index] ?? Number.NaN;
    const speed = contest.bytes === undefined ? {} : { bytesPerSecond: (contest.bytes / ns) * 1e9 };
    return { contest: contest.name, contender: name, ns, ...speed, ratio: ns / (medians[0] ?? Number.NaN) };
  });
}

function checkSame({ name, contenders }: Contest): void {
  const [first, ...others] = contenders.map(({ name: who, run, check = run }) => ({ who, outcome: check() }));
  for (const { who, outcome } of others) {
    if (!isDeepStrictEqual(outcome, first?.outcome)) throw new Error(`${name}: ${who} does something else than ours`);
  }
}

function repeatsOf(run: () => unknown): number {
  for (let i = 0; i < 200; i++) run();
  const begin = process.hrtime.bigint();
  for (let i = 0; i < 20; i++) run();
  return Math.max(1, Math.ceil(SHORTEST_NS / (Number(process.hrtime.bigint() - begin) / 20)));
}
