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
});
