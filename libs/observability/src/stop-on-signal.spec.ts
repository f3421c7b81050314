import { EventEmitter } from 'node:events';
import { stopOnSignal } from './stop-on-signal';

describe('stopOnSignal', () => {
  const started = () => {
    const signals = new EventEmitter();
    const exits: number[] = [];
    const errors: unknown[] = [];
    let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
    let stops = 0;
    const stop = () => {
      stops += 1;
      return new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
    };
    const logger = { log: () => undefined, error: (...texts: unknown[]) => errors.push(texts) };
    stopOnSignal({ stop, logger, signals, exit: (code) => exits.push(code) });
    return {
      signals,
      exits,
      errors,
      stops: () => stops,
      settled: (error?: Error) => (error === undefined ? settle?.resolve() : settle?.reject(error)),
    };
  };

  it('ends with 0 once everything is stopped, not before', async () => {
    const process = started();
    process.signals.emit('SIGTERM');
    expect(process.exits).toEqual([]);
    process.settled();
    await Promise.resolve();
    expect(process.exits).toEqual([0]);
  });

  it('ends at once on a second signal, and stops only once', () => {
    const process = started();
    process.signals.emit('SIGTERM');
    process.signals.emit('SIGINT');
    expect(process.exits).toEqual([130]);
    expect(process.stops()).toBe(1);
  });

  it('tells when stopping failed', async () => {
    const process = started();
    process.signals.emit('SIGINT');
    process.settled(new Error('boom'));
    await Promise.resolve();
    expect(process.exits).toEqual([1]);
    expect(process.errors).toHaveLength(1);
  });
});
