import { performance } from 'node:perf_hooks';

/** One thing without which a process cannot do its work. */
export interface ReadinessCheck {
  /** What `/readyz` calls it, e.g. `database`. */
  readonly name: string;
  /** Whether it is there. False, a rejection, or no answer within the deadline: it is not. */
  isReady(): boolean | Promise<boolean>;
}

/** How checks are made. */
export interface ReadinessOptions {
  /** A check that takes longer has failed. */
  readonly deadlineMs?: number;
  /** How long an answer is given again, so that frequent probes cost nothing. */
  readonly keptMs?: number;
  /** A clock that never goes back, in milliseconds. */
  readonly nowMs?: () => number;
}

/**
 * Whether a process can do its work, as `/readyz` tells. The checks run at most once at a time and once per `keptMs` (1 s each by
 * default), however many probes ask.
 */
export class Readiness {
  private current: { readonly failed: Promise<readonly string[]>; endedAtMs?: number } | undefined;
  private readonly deadlineMs: number;
  private readonly keptMs: number;
  private readonly nowMs: () => number;

  constructor(
    private readonly checks: readonly ReadinessCheck[],
    { deadlineMs = 1_000, keptMs = 1_000, nowMs = () => performance.now() }: ReadinessOptions = {},
  ) {
    this.deadlineMs = deadlineMs;
    this.keptMs = keptMs;
    this.nowMs = nowMs;
  }

  /** The names of the checks that fail, in their order; empty: ready. Never rejects. */
  failedChecks(): Promise<readonly string[]> {
    const { current } = this;
    if (current !== undefined && (current.endedAtMs === undefined || this.nowMs() - current.endedAtMs < this.keptMs)) return current.failed;
    const next: typeof this.current = { failed: this.runChecks() };
    this.current = next;
    void next.failed.then(() => (next.endedAtMs = this.nowMs()));
    return next.failed;
  }

  private async runChecks(): Promise<readonly string[]> {
    const areReady = await Promise.all(this.checks.map((check) => this.passes(check)));
    return this.checks.filter((_, index) => areReady[index] !== true).map(({ name }) => name);
  }

  private async passes(check: ReadinessCheck): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, this.deadlineMs, false)));
    try {
      return await Promise.race([check.isReady(), deadline]);
    } catch {
      // What is wrong is for the log of whoever owns the connection; a probe asks only whether.
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}
