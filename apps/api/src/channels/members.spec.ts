import { SwitchboardError } from '@switchboard/protocol';
import { call, type Answer } from '../testing/call';
import { startApi, type RunningApi } from '../testing/start-api';

let api: RunningApi;

beforeAll(async () => {
  api = await startApi();
});
afterEach(() => {
  api.members.clear();
});
afterAll(() => api.app.close());

const PATH = '/v1/channels/news:eu/members';
const change = (method: 'PUT' | 'DELETE', user: string, key = 'all', path = PATH): Promise<Answer> =>
  call(api, { method, path: `${path}/${user}`, headers: { authorization: `Bearer ${key}` } });
const list = (query = ''): Promise<Answer> => call(api, { method: 'GET', path: `${PATH}${query}` });

describe('Members of a channel', () => {
  it('come and go, as often as one says so', async () => {
    for (const method of ['PUT', 'PUT', 'DELETE', 'DELETE'] as const) {
      const { status, text } = await change(method, 'auth0%7C7%2Fx');
      expect([status, text]).toEqual([204, '']);
    }
    expect(api.members.changes).toEqual(['+news:eu auth0|7/x', '+news:eu auth0|7/x', '-news:eu auth0|7/x', '-news:eu auth0|7/x']);
  });

  it('are listed page by page', async () => {
    for (const user of ['a', 'b', 'c']) api.members.all.push({ user, since: 4 });
    expect(JSON.parse((await list('?limit=2')).text)).toEqual({
      items: [
        { user: 'a', since: 4 },
        { user: 'b', since: 4 },
      ],
      next: 'b',
    });
    expect(JSON.parse((await list('?limit=2&after=b')).text)).toEqual({ items: [{ user: 'c', since: 4 }], next: null });
  });

  it('are for administrators to change', async () => {
    for (const key of ['sender', 'reader']) {
      expect((await change('PUT', '7', key)).status).toBe(403);
      expect((await change('DELETE', '7', key)).status).toBe(403);
    }
    expect(api.members.changes).toEqual([]);
  });

  it('are bounded', async () => {
    api.members.failure = new SwitchboardError('limit_reached');
    const { status, text } = await change('PUT', '7');
    expect([status, JSON.parse(text)]).toEqual([409, expect.objectContaining({ code: 'limit_reached' })]);
  });

  it.each([
    ['x'.repeat(257), PATH],
    ['a%00b', PATH],
    ['7', '/v1/channels/a%2Fb/members'],
  ])('have names within bounds: %s at %s', async (user, path) => {
    expect((await change('PUT', user, 'all', path)).status).toBe(400);
    expect((await change('DELETE', user, 'all', path)).status).toBe(400);
  });

  it.each(['?limit=0', '?limit=1001', '?after=a%00b', '?after=', '?user=7'])('are not listed with %s', async (query) => {
    expect((await list(query)).status).toBe(400);
  });
});
