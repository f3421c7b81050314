import { Heartbeat } from './heartbeat';

const LOOKS_AN_INTERVAL = 25;

function watched(): { heartbeat: Heartbeat<object>; said: string[]; passInterval: () => void; peer: object } {
  const said: string[] = [];
  const heartbeat = new Heartbeat<object>(1_000, { ask: () => said.push('asked'), giveUp: () => said.push('given up') });
  const peer = {};
  heartbeat.add(peer);
  const passInterval = (): void => {
    for (let look = 0; look < LOOKS_AN_INTERVAL; look += 1) heartbeat.look();
  };
  return { heartbeat, said, passInterval, peer };
}

describe('Heartbeat', () => {
  it('asks after one silent interval and gives up after two', () => {
    const { said, passInterval } = watched();
    passInterval();
    expect(said).toEqual(['asked']);
    passInterval();
    expect(said).toEqual(['asked', 'given up']);
  });

  it('asks nobody who is heard of', () => {
    const { heartbeat, said, passInterval, peer } = watched();
    for (let interval = 0; interval < 5; interval += 1) {
      heartbeat.heard(peer);
      passInterval();
    }
    expect(said).toEqual([]);
  });

  it('begins anew when a peer answers', () => {
    const { heartbeat, said, passInterval, peer } = watched();
    passInterval();
    heartbeat.heard(peer);
    passInterval();
    passInterval();
    expect(said).toEqual(['asked', 'asked']);
  });

  it('forgets a peer that is removed', () => {
    const { heartbeat, said, passInterval, peer } = watched();
    heartbeat.remove(peer);
    passInterval();
    passInterval();
    expect(said).toEqual([]);
  });
});
