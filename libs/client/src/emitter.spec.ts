import { Emitter } from './emitter';
import { waitFor } from './testing/wait-for';

interface Events {
  number: number;
}

describe('Emitter', () => {
  it('calls listeners in order until they are removed', () => {
    const heard: string[] = [];
    const emitter = new Emitter<Events>(() => undefined);
    const removeFirst = emitter.on('number', (value) => heard.push(`first ${String(value)}`));
    emitter.on('number', (value) => heard.push(`second ${String(value)}`));
    emitter.emit('number', 1);
    removeFirst();
    emitter.emit('number', 2);
    expect(heard).toEqual(['first 1', 'second 1', 'second 2']);
  });

  it('reports a listener that throws and goes on to the next', () => {
    const failures: unknown[] = [];
    const heard: number[] = [];
    const emitter = new Emitter<Events>((event, cause) => failures.push([event, cause]));
    const fault = new Error('fault');
    emitter.on('number', () => {
      throw fault;
    });
    emitter.on('number', (value) => heard.push(value));
    emitter.emit('number', 1);
    expect(failures).toEqual([['number', fault]]);
    expect(heard).toEqual([1]);
  });

  it('reports a listener whose promise rejects', async () => {
    const failures: unknown[] = [];
    const emitter = new Emitter<Events>((_event, cause) => failures.push(cause));
    emitter.on('number', () => Promise.reject(new Error('later')));
    emitter.emit('number', 1);
    await waitFor('the report', () => failures.length === 1);
    expect(failures).toEqual([new Error('later')]);
  });

  it('removes a listener when its signal aborts, or once it was called', () => {
    const heard: string[] = [];
    const emitter = new Emitter<Events>(() => undefined);
    const leaving = new AbortController();
    emitter.on('number', (value) => heard.push(`signal ${String(value)}`), { signal: leaving.signal });
    emitter.on('number', (value) => heard.push(`once ${String(value)}`), { once: true });
    emitter.emit('number', 1);
    emitter.emit('number', 2);
    leaving.abort();
    emitter.emit('number', 3);
    emitter.on('number', (value) => heard.push(`late ${String(value)}`), { signal: leaving.signal });
    emitter.emit('number', 4);
    expect(heard).toEqual(['signal 1', 'once 1', 'signal 2']);
    expect(emitter.has('number')).toBe(false);
  });

  it('waits for listeners that are not done, and for none if all are', async () => {
    const emitter = new Emitter<Events>(() => undefined);
    emitter.on('number', () => 1);
    expect(emitter.deliver('number', 1)).toBeUndefined();
    let isDone = false;
    emitter.on('number', async () => {
      await Promise.resolve();
      isDone = true;
    });
    emitter.on('number', () => Promise.reject(new Error('a listener that fails')));
    await emitter.deliver('number', 2);
    expect(isDone).toBe(true);
  });
});
