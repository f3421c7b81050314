import { Subscription } from '../streams/subscription';
import { type DropReason, type EphemeralMessage } from './ephemeral-message';
import { FanOutEphemeral } from './fan-out-ephemeral';

const SLICE = 3;

/** A fan-out whose turns come when the test says so. */
class World {
  readonly streams = new Map<string, Subscription[]>();
  readonly drops: DropReason[] = [];
  readonly deferred: (() => void)[] = [];
  readonly written: { readonly subscription: Subscription; readonly text: string }[] = [];
  nowMs = 0;
  readonly fanOut = new FanOutEphemeral({
    streams: { subscribers: (key) => this.streams.get(key) ?? [] },
    writer: { write: (sink, { frame }) => sink.write(frame) as boolean },
    defer: (callback) => this.deferred.push(callback),
    databaseNowMs: () => this.nowMs,
    dropped: (reason) => this.drops.push(reason),
    sliceSize: SLICE,
    mostWaiting: 2,
  });

  follow(stream: string, count: number): Subscription[] {
    const all = Array.from({ length: count }, () => {
      const subscription: Subscription = new Subscription({
        hasRoom: true,
        write: (frame) => this.written.push({ subscription, text: frame.toString() }) > 0,
      });
      subscription.state = 'live';
      return subscription;
    });
    this.streams.set(stream, all);
    return all;
  }

  send(stream: string, text: string, expiresAtMs = 100, heard: Subscription[] = []): boolean {
    const message: EphemeralMessage = { stream, frame: Buffer.from(text), expiresAtMs };
    return this.fanOut.write(message, (subscription) => heard.push(subscription));
  }

  turn(): void {
    for (const callback of this.deferred.splice(0)) callback();
  }

  get texts(): string {
    return this.written.map(({ text }) => text).join('');
  }
}

describe('The fan-out of an ephemeral message', () => {
  it('writes at once to those who follow the stream, if they are few', () => {
    const world = new World();
    const all = world.follow('s', SLICE);
    const heard: Subscription[] = [];
    expect(world.send('s', 'a', 100, heard)).toBe(true);
    expect(world.written.map(({ subscription }) => subscription)).toEqual(all);
    expect(heard).toEqual(all);
    expect(world.deferred).toHaveLength(0);
  });

  it('says that nobody follows a stream', () => {
    expect(new World().send('s', 'a')).toBe(false);
  });

  it('writes to many in slices, each once, and lets other work and other streams have their turn', () => {
    const world = new World();
    const all = world.follow('s', 2 * SLICE + 1);
    world.follow('t', 1);
    world.send('s', 'a');
    expect(world.texts).toBe('aaa');
    world.send('t', 't');
    expect(world.texts).toBe('aaat');
    for (let turn = 0; turn < 5; turn += 1) world.turn();
    const reached = world.written.filter(({ text }) => text === 'a').map(({ subscription }) => subscription);
    expect(reached).toEqual(all);
    expect(world.fanOut.size).toBe(0);
  });

  it('keeps the order of the messages of one stream', () => {
    const world = new World();
    world.follow('s', SLICE + 1);
    world.send('s', 'a');
    world.send('s', 'b');
    for (let turn = 0; turn < 9; turn += 1) world.turn();
    expect(world.texts).toBe('aaaabbbb');
    world.send('s', 'c');
    for (let turn = 0; turn < 9; turn += 1) world.turn();
    expect(world.texts).toBe('aaaabbbbcccc');
  });

  it('skips those who left, and stops when the time is over', () => {
    const world = new World();
    const all = world.follow('s', 3 * SLICE);
    world.send('s', 'a', 100);
    for (const subscription of all.slice(SLICE, SLICE + 2)) subscription.state = 'ended';
    world.turn();
    expect(world.texts).toBe('aaaa');
    world.nowMs = 100;
    world.turn();
    expect(world.texts).toBe('aaaa');
    expect(world.drops).toEqual(['expired']);
  });

  it('drops what is more than may wait', () => {
    const world = new World();
    world.follow('s', SLICE + 1);
    for (const text of ['a', 'b', 'c']) world.send('s', text);
    expect(world.drops).toEqual(['overloaded']);
    for (let turn = 0; turn < 9; turn += 1) world.turn();
    expect(world.texts).toBe('aaaabbbb');
    expect(world.fanOut.size).toBe(0);
  });
});
