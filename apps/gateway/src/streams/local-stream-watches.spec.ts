import { World } from './testing/stream-world';

function worldWithOne(): { world: World; join: (back: number) => void; written: number[]; watch: (seq: number) => () => void } {
  const world = new World();
  const written: number[] = [];
  const join = (back: number): void => {
    world.start(world.join(), back);
  };
  join(0);
  const watch = (seq: number): (() => void) =>
    world.stream.watch(seq, ({ position }) => {
      written.push(position);
    });
  return { world, join, written, watch };
}

describe('A message that somebody watches', () => {
  it('is told of once, when it is written as an event', () => {
    const { world, join, written, watch } = worldWithOne();
    join(0);
    for (let count = 0; count < 3; count += 1) world.append();
    watch(2);
    world.deliver(1);
    expect(written).toEqual([]);
    world.runDeferred();
    expect(written).toEqual([]);
    world.deliver(2);
    world.runDeferred();
    world.deliver(3);
    world.settle();
    expect(written).toEqual([2]);
  });

  it('is told of when it is read from the log', () => {
    const { world, written, watch } = worldWithOne();
    for (let count = 0; count < 3; count += 1) world.append();
    watch(2);
    world.settle();
    expect(written).toEqual([2]);
  });

  it('is not told of when a gap takes its place', () => {
    const { world, written, watch } = worldWithOne();
    for (let count = 0; count < 3; count += 1) world.append();
    world.log.expire(2);
    watch(2);
    world.settle();
    expect(written).toEqual([]);
    expect(world.followers[0]?.socket.position).toBe(3);
  });

  it('is not told of to whoever has given up, but to the others', () => {
    const { world, written, watch } = worldWithOne();
    world.append();
    const [giveUp] = [watch(1), watch(1)];
    giveUp();
    world.deliver(1);
    expect(written).toEqual([1]);
  });
});
