/**
 * A wait of at least `ms` and at most twice as long, so that those who are refused together do not come back together.
 * @param random gives 0 to 1
 */
export function spread(ms: number, random: () => number = Math.random): number {
  return Math.round(ms * (1 + random()));
}
