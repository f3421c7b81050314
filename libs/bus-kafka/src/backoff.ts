const FIRST_MS = 100;
const MOST_MS = 1000;

/**
 * How long to wait before trying again after the n-th failure in a row, in milliseconds: 100, doubled each time up to 1000, less up to half
 * of it at random, so that many servers do not come back to a broker at the same instant.
 */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  return Math.min(FIRST_MS * 2 ** (failures - 1), MOST_MS) * (1 - random() / 2);
}
