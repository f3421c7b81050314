/** How a promise failed. */
export interface Failure {
  readonly message: string;
  readonly afterMs: number;
}

/** Resolves with how a promise fails, and after how long. @throws Error if it does not fail */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const startedAtMs = performance.now();
  try {
    await promise;
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error), afterMs: performance.now() - startedAtMs };
  }
  throw new Error('it did not fail');
}
