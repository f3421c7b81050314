interface Stoppable {
  stop(): Promise<void>;
}

const KEY = Symbol.for('switchboard.test.services');

/** What start-services started and stop-services is to stop; kept on the global object, since the test runner may load each of the two with modules of its own. */
export const runningServices: Stoppable[] = ((globalThis as Record<symbol, unknown>)[KEY] ??= []) as Stoppable[];
