import fc from 'fast-check';
import { LocalStream } from './local-stream';
import { type PageRead } from './pending-reads';
import { CheckedSocket, type Follower, LIMITS, Log, messageOf, NO_EFFECTS, World } from './testing/stream-world';

type Step = (world: World) => void;

const index = fc.nat(7);
const pick = <T>(list: readonly T[], at: number): T | undefined => (list.length === 0 ? undefined : list[at % list.length]);
const on = <T>(value: T | undefined, act: (value: T) => void): void => {
  if (value !== undefined) act(value);
};
const following = (world: World): Follower[] => world.followers.filter(({ hasStarted, hasLeft }) => hasStarted && !hasLeft);

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constant<Step>((world) => {
      world.append();
    }),
  },
  {
    weight: 8,
    arbitrary: index.map<Step>((at) => (world) => {
      on(pick(world.undelivered, at), (seq) => {
        world.deliver(seq);
        world.undelivered.splice(world.undelivered.indexOf(seq), 1);
      });
    }),
  },
  {
    weight: 2,
    arbitrary: fc.nat(30).map<Step>((seq) => (world) => {
      if (seq >= 1 && seq <= world.log.head) world.deliver(seq);
    }),
  },
  {
    weight: 1,
    arbitrary: index.map<Step>((at) => (world) => {
      on(pick(world.undelivered, at), (seq) => {
        world.undelivered.splice(world.undelivered.indexOf(seq), 1);
      });
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>((world) => {
      world.stream.heard(world.log.head);
    }),
  },
  {
    weight: 1,
    arbitrary: fc.nat(30).map<Step>((seq) => (world) => {
      if (seq >= 1 && seq <= world.log.head) world.log.expire(seq);
    }),
  },
  {
    weight: 3,
    arbitrary: fc.constant<Step>((world) => {
      world.join();
    }),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(index, fc.nat(5)).map<Step>(([at, back]) => (world) => {
      on(
        pick(
          world.followers.filter(({ hasStarted, hasLeft }) => !hasStarted && !hasLeft),
          at,
        ),
        (follower) => {
          world.start(follower, back);
        },
      );
    }),
  },
  {
    weight: 1,
    arbitrary: index.map<Step>((at) => (world) => {
      on(pick(following(world), at), (follower) => {
        world.leave(follower);
      });
    }),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(index, fc.nat(3)).map<Step>(([at, room]) => (world) => {
      on(pick(following(world), at), ({ socket }) => {
        if (!socket.isFull) socket.room = room + 1;
      });
    }),
  },
  {
    weight: 3,
    arbitrary: index.map<Step>((at) => (world) => {
      on(pick(following(world), at), (follower) => {
        world.drain(follower);
      });
    }),
  },
  {
    weight: 4,
    arbitrary: index.map<Step>((at) => (world) => {
      world.snapshot(at);
    }),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(index, fc.boolean()).map<Step>(([at, fails]) => (world) => {
      world.answer(at, fails);
    }),
  },
  {
    weight: 2,
    arbitrary: fc.constant<Step>((world) => {
      world.fireGapTimer();
    }),
  },
  {
    weight: 3,
    arbitrary: fc.constant<Step>((world) => {
      world.runDeferred();
    }),
  },
);

function expectEverybodyAtTheHead(world: World): void {
  for (const { socket, hasLeft } of world.followers) {
    if (!hasLeft) expect(socket.position).toBe(world.log.head);
  }
}

describe('LocalStream', () => {
  it('leaves no hole, repeats nothing and ends at the head, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 120, size: 'max' }), (run) => {
        const world = new World();
        for (const step of run) step(world);
        world.settle();
        expectEverybodyAtTheHead(world);
      }),
      { numRuns: 5_000 },
    );
  });

  it('writes events that come in order without reading the log', () => {
    const { world, socket } = worldWithLiveFollower();
    for (let seq = 1; seq <= 5; seq += 1) {
      world.append();
      world.deliver(seq);
    }
    expect(socket.position).toBe(5);
  });

  it('puts two swapped events right without reading the log', () => {
    const reads: PageRead[] = [];
    const stream = new LocalStream({ ...NO_EFFECTS, read: (read) => reads.push(read) }, LIMITS);
    const socket = new CheckedSocket();
    socket.position = 0;
    stream.start(stream.add(socket), 0, 0);
    for (const seq of [2, 1, 4, 3]) stream.event(seq, () => messageOf(seq));
    expect(socket.position).toBe(4);
    expect(reads).toEqual([]);
  });

  it('shares one read among all subscriptions that miss the same events', () => {
    const reads: PageRead[] = [];
    const stream = new LocalStream({ ...NO_EFFECTS, read: (read) => reads.push(read) }, LIMITS);
    for (let follower = 0; follower < 100; follower += 1) stream.start(stream.add(new CheckedSocket()), 3, 3);
    stream.heard(4);
    stream.gapTimerFired();
    expect(reads).toEqual([{ after: 3, highestAtStart: 4 }]);
  });

  it('writes the next event at once to a subscription that has just caught up', () => {
    const world = new World();
    for (let seq = 1; seq <= 3; seq += 1) world.append();
    const { socket } = followerOf(world);
    world.append();
    world.deliver(4);
    expect(socket.position).toBe(4);
  });

  it('makes the frame of an event once, and not at all when nobody is live', () => {
    const makeMessage = jest.fn(() => messageOf(1));
    const stream = new LocalStream(NO_EFFECTS, LIMITS);
    stream.add(new CheckedSocket());
    stream.event(1, makeMessage);
    expect(makeMessage).not.toHaveBeenCalled();

    const { world } = worldWithLiveFollower();
    world.stream.event(1, makeMessage);
    expect(makeMessage).toHaveBeenCalledTimes(1);
  });

  it('writes a large fan-out in slices, and lets other work have its turn between them', () => {
    const deferred: (() => void)[] = [];
    const stream = new LocalStream({ ...NO_EFFECTS, defer: (callback) => deferred.push(callback) }, LIMITS);
    const sockets = Array.from({ length: 5 }, () => {
      const socket = new CheckedSocket();
      socket.position = 0;
      stream.start(stream.add(socket), 0, 0);
      return socket;
    });
    stream.event(1, () => messageOf(1));
    expect(sockets.filter(({ position }) => position === 1)).toHaveLength(LIMITS.sliceSize);
    while (deferred.length > 0) deferred.shift()?.();
    expect(sockets.filter(({ position }) => position === 1)).toHaveLength(5);
  });

  it('writes a page to many readers in slices as well', () => {
    const deferred: (() => void)[] = [];
    const reads: PageRead[] = [];
    const stream = new LocalStream(
      { ...NO_EFFECTS, read: (read) => reads.push(read), defer: (callback) => deferred.push(callback) },
      LIMITS,
    );
    const sockets = Array.from({ length: 6 }, () => {
      const socket = new CheckedSocket();
      socket.position = 0;
      stream.start(stream.add(socket), 0, 2);
      return socket;
    });
    const log = new Log();
    log.append();
    log.append();
    for (const read of reads.splice(0)) stream.pageRead(read, log.page(read.after));
    expect(sockets.filter(({ position }) => position === 2).length).toBeLessThan(6);
    while (deferred.length + reads.length > 0) {
      deferred.shift()?.();
      for (const read of reads.splice(0)) stream.pageRead(read, log.page(read.after));
    }
    expect(sockets.filter(({ position }) => position === 2)).toHaveLength(6);
  });

  it('lets a reader go live though an event comes during every read', () => {
    const { world, socket } = worldWithLiveFollower();
    world.append();
    world.stream.heard(1);
    world.fireGapTimer();
    world.snapshot(0);
    world.append();
    world.deliver(2);
    world.answer(0, false);
    expect(socket.position).toBe(2);
    world.append();
    world.deliver(3);
    expect(socket.position).toBe(3);
  });

  it('gives each gap its own time', () => {
    const reads: PageRead[] = [];
    const startGapTimer = jest.fn();
    const stream = new LocalStream({ ...NO_EFFECTS, read: (read) => reads.push(read), startGapTimer }, LIMITS);
    const socket = new CheckedSocket();
    socket.position = 0;
    stream.start(stream.add(socket), 0, 0);
    for (const seq of [2, 1, 4]) stream.event(seq, () => messageOf(seq));
    stream.gapTimerFired();
    expect(reads).toEqual([]);
    expect(startGapTimer).toHaveBeenCalledTimes(2);
    stream.gapTimerFired();
    expect(reads).toEqual([{ after: 2, highestAtStart: 4 }]);
  });

  it('comes to rest when a hint names a seq that the log never gave out', () => {
    const { world, socket } = worldWithLiveFollower();
    world.append();
    world.stream.heard(1_000);
    world.settle();
    world.append();
    world.deliver(2);
    world.settle();
    expect(socket.position).toBe(2);
  });

  it('is empty only when nobody starts, lives, waits or is paused', () => {
    const { world, follower } = worldWithLiveFollower();
    expect(world.stream.isEmpty).toBe(false);
    world.stream.heard(1);
    world.fireGapTimer();
    expect(world.stream.isEmpty).toBe(false);
    world.leave(follower);
    expect(world.stream.isEmpty).toBe(true);
  });
});

function worldWithLiveFollower(): { world: World; follower: Follower; socket: CheckedSocket } {
  const world = new World();
  const follower = followerOf(world);
  return { world, follower, socket: follower.socket };
}

function followerOf(world: World): Follower {
  const follower = world.join();
  world.start(follower, 0);
  return follower;
}
