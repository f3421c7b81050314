import { type ChannelMembers } from '@switchboard/registry';
import { ChangeMembership } from './change-membership';

type AddOutcome = Awaited<ReturnType<ChannelMembers['add']>>;

function setUp({ added = 'added' as AddOutcome, removed = true, lookup = () => Promise.resolve([2, 5]) as Promise<readonly number[]> }) {
  const hint = jest.fn(() => Promise.resolve());
  const hintLost = jest.fn();
  const members = { add: jest.fn(() => Promise.resolve(added)), remove: () => Promise.resolve(removed) };
  const parts = { members, servers: { slotsOf: lookup }, sendCommand: { hint }, mostMemberships: 7, hintLost };
  return { change: new ChangeMembership(parts), hint, hintLost, members };
}

const told = [[2, 5], { name: 'membership', user: '42' }];
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('ChangeMembership', () => {
  it('tells the servers of the user what has changed', async () => {
    const { change, hint, members } = setUp({});
    await change.add('news', '42');
    await change.remove('news', '42');
    await settled();
    expect(members.add).toHaveBeenCalledWith('news', '42', 7);
    expect(hint.mock.calls).toEqual([told, told]);
  });

  it('tells nothing where nothing has changed', async () => {
    const { change, hint } = setUp({ added: 'present', removed: false });
    await change.add('news', '42');
    await change.remove('news', '42');
    await settled();
    expect(hint).not.toHaveBeenCalled();
  });

  it('refuses a user who is a member of too many channels', async () => {
    const { change, hint } = setUp({ added: 'full' });
    await expect(change.add('news', '42')).rejects.toMatchObject({ code: 'limit_reached' });
    expect(hint).not.toHaveBeenCalled();
  });

  it('does not fail when the servers cannot be told', async () => {
    const { change, hintLost } = setUp({ lookup: () => Promise.reject(new Error('away')) });
    await change.add('news', '42');
    await settled();
    expect(hintLost).toHaveBeenCalledTimes(1);
  });
});
