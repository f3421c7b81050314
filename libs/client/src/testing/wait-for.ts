const PATIENCE_MS = 5_000;
const POLL_MS = 2;

/** Resolves with what `condition` gives once that is truthy; throws after 5 s, naming `what`. */
export async function waitFor<T>(what: string, condition: () => T): Promise<NonNullable<T>> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = condition();
    if (value) return value;
    if (performance.now() > deadlineMs) throw new Error(`Waited ${String(PATIENCE_MS)} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
