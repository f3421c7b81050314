import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { type LoadGenerator } from './load-generator';

/** A call of a method of the load generator, as it crosses to its process. */
export interface LoaderCall {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** The answer to a call. */
export type LoaderAnswer =
  | { readonly id: number; readonly result: unknown }
  /** With the stack of the error. */
  | { readonly id: number; readonly failure: string };

type Method = keyof LoadGenerator;

// Longer than any round with its wait for late arrivals.
const CALL_TIMEOUT_MS = 60_000;

/** The load generator in a process of its own, so that its work shows in nobody else's figures. It ends with this process. */
export class LoaderProcess {
  private readonly child: ChildProcess = fork(join(__dirname, 'loader-main.js'));
  private readonly pending = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  private calls = 0;

  constructor() {
    this.child.on('message', (message) => {
      const answer = message as LoaderAnswer;
      const call = this.pending.get(answer.id);
      this.pending.delete(answer.id);
      if ('failure' in answer) call?.reject(new Error(`the load generator failed: ${answer.failure}`));
      else call?.resolve(answer.result);
    });
    this.child.on('exit', () => {
      for (const { reject } of this.pending.values()) reject(new Error('the load generator ended'));
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Calls a method of the load generator; rejects with what it threw, when it ends, or after a minute. */
  async call<Name extends Method>(
    method: Name,
    ...args: Parameters<LoadGenerator[Name]>
  ): Promise<Awaited<ReturnType<LoadGenerator[Name]>>> {
    const id = (this.calls += 1);
    const timeout = setTimeout(() => {
      this.pending.get(id)?.reject(new Error(`the load generator did not finish ${method} within ${String(CALL_TIMEOUT_MS)} ms`));
    }, CALL_TIMEOUT_MS);
    try {
      const result = new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }));
      const call: LoaderCall = { id, method, args };
      this.child.send(call);
      return (await result) as Awaited<ReturnType<LoadGenerator[Name]>>;
    } finally {
      clearTimeout(timeout);
      this.pending.delete(id);
    }
  }

  /** Ends the process. */
  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }
}
