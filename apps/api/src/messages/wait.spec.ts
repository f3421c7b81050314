import { waitFor } from '@switchboard/testing';
import { call, type Answer } from '../testing/call';
import { startApi, type RunningApi } from '../testing/start-api';

const RESULT = { id: 'id-1', stream: 'user:42', seq: 1, time: '2024-02-29T12:00:00.007Z' };

let api: RunningApi;

beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.app.close());

const post = (query: string, to?: object): Promise<Answer> =>
  call(api, {
    path: `${to === undefined ? '/v1/users/42/messages' : '/v1/messages'}${query}`,
    body: JSON.stringify(to === undefined ? { data: 1 } : { to, data: 1 }),
  });

describe('A send that waits', () => {
  it.each([
    ['by path', undefined],
    ['by body', { user: '42' }],
  ])('answers 200 with what a server says, %s', async (_, to) => {
    const answer = post('?wait=written', to);
    const wait = await waitFor('the message', () => api.accepted.kept[0]?.wait);
    expect(wait).toMatchObject({ slot: 7, until: 'written' });
    api.replies.replied(wait.id, { name: 'outcome', outcome: 'written', device: 'phone' });
    const { status, text } = await answer;
    expect([status, JSON.parse(text)]).toEqual([200, { ...RESULT, outcome: 'written', device: 'phone' }]);
  });

  it('is told at once that nobody is there', async () => {
    api.accepted.isFollowed = false;
    const { status, text } = await post('?wait=written&timeoutMs=30000');
    expect([status, JSON.parse(text)]).toEqual([200, { ...RESULT, outcome: 'offline' }]);
  });

  it('is told that it is pending when the time is over', async () => {
    const { status, text } = await post('?wait=written&timeoutMs=50');
    expect([status, JSON.parse(text)]).toEqual([200, { ...RESULT, outcome: 'pending' }]);
    expect(api.replies.size).toBe(0);
  });

  it.each(['wait=', 'wait=read', 'timeoutMs=100', 'wait=written&timeoutMs=0', 'wait=written&timeoutMs=30001', 'wait=written&wait=acked'])(
    'is refused with ?%s',
    async (query) => {
      const { status, text } = await post(`?${query}`);
      expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([400, 'invalid_path']);
      expect(api.accepted.kept).toEqual([]);
    },
  );

  it('answers when it is acknowledged, and says by which device', async () => {
    const answer = post('?wait=acked');
    const wait = await waitFor('the message', () => api.accepted.kept[0]?.wait);
    expect(wait.until).toBe('acked');
    api.replies.replied(wait.id, { name: 'outcome', outcome: 'acked', device: 'phone' });
    expect(JSON.parse((await answer).text)).toEqual({ ...RESULT, outcome: 'acked', device: 'phone' });
  });

  it.each([{ channel: 'news' }, { users: ['1', '2'] }, { everyone: true }])('is refused for %j', async (to) => {
    expect((await post('?wait=written', to)).status).toBe(400);
    expect(api.accepted.kept).toEqual([]);
  });

  it('sends no wait that nobody asked for', async () => {
    expect((await post('')).status).toBe(202);
    expect(api.accepted.kept[0]?.wait).toBeUndefined();
  });
});
