import { call } from '../testing/call';
import { startApi, type RunningApi } from '../testing/start-api';

const MESSAGE = '{"data":1}';

describe('An API key with a rate', () => {
  let api: RunningApi;
  let nowMs = 0;

  beforeAll(async () => {
    api = await startApi({ requestsPerSecond: 2, nowMs: () => nowMs });
  });
  beforeEach(() => {
    nowMs += 3_600_000;
  });
  afterAll(() => api.app.close());

  const rateOf = ({ headers }: { headers: Headers }): (string | null)[] => [headers.get('ratelimit-policy'), headers.get('ratelimit')];

  it('is told with each answer what is left, whatever the answer is', async () => {
    expect(rateOf(await call(api, { body: MESSAGE }))).toEqual(['"requests";q=10;w=5', '"requests";r=9;t=1']);
    const refused = await call(api, { body: 'no JSON' });
    expect(refused.status).toBe(400);
    expect(rateOf(refused)).toEqual(['"requests";q=10;w=5', '"requests";r=8;t=1']);
    const forbidden = await call(api, { body: MESSAGE, headers: { authorization: 'Bearer reader' } });
    expect([forbidden.status, ...rateOf(forbidden)]).toEqual([403, '"requests";q=10;w=5', '"requests";r=9;t=1']);
    nowMs += 500;
    expect(rateOf(await call(api, { body: MESSAGE }))[1]).toBe('"requests";r=8;t=1');
  });

  it('is refused with 429 beyond it until Retry-After has passed, and no other key with it', async () => {
    for (let request = 0; request < 10; request += 1) expect((await call(api, { body: MESSAGE })).status).toBe(202);
    const kept = api.accepted.kept.length;
    const refused = await call(api, { body: MESSAGE });
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(rateOf(refused)).toEqual(['"requests";q=10;w=5', '"requests";r=0;t=5']);
    expect(api.accepted.kept).toHaveLength(kept);
    expect((await call(api, { body: MESSAGE, headers: { authorization: 'Bearer sender' } })).status).toBe(202);
    nowMs += 1_000;
    expect((await call(api, { body: MESSAGE })).status).toBe(202);
  });

  it('counts nothing for those without a key', async () => {
    for (let request = 0; request < 20; request += 1) {
      const answer = await call(api, { body: MESSAGE, headers: { authorization: 'Bearer wrong' } });
      expect([answer.status, ...rateOf(answer)]).toEqual([401, null, null]);
    }
  });
});

describe('An API key without a rate', () => {
  it('is told nothing of any', async () => {
    const api = await startApi();
    const { headers } = await call(api, { body: MESSAGE });
    expect([headers.get('ratelimit-policy'), headers.get('ratelimit')]).toEqual([null, null]);
    await api.app.close();
  });
});
