/** What something costs, by how much of it there is. */
export interface Curve {
  /** Name of its file, without an ending. */
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** By rising x. `y` is the cost of one: it is level where all together cost in proportion. */
  readonly points: readonly Point[];
}

/** One measurement. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A step up in cost by more than so much of the step in number is no longer in proportion, nor noise. */
const STEEPEST = 0.6;
/** Only points that are so many times apart tell anything. */
const APART = 8;

/**
 * Where the cost of one grows so much with the number that all together would cost more than in proportion: with
 * the square, the cost of one would grow as the number does.
 * @returns a line for each such stretch; none is what should be.
 */
export function steepStretches({ title, points }: Curve): string[] {
  const found: string[] = [];
  for (const [i, from] of points.entries()) {
    for (const to of points.slice(i + 1)) {
      if (to.x / from.x < APART) continue;
      const slope = Math.log(to.y / from.y) / Math.log(to.x / from.x);
      if (slope > STEEPEST)
        found.push(`${title}: from ${from.x} to ${to.x} the cost of one rises from ${from.y} to ${to.y}`);
    }
  }
  return found;
}
