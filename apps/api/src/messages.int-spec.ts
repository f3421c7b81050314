import { MessageLog } from '@switchboard/message-log';
import { type Answer, call, type Call } from './testing/call';
import { type InstalledApi, startInstalledApi } from './testing/start-installed-api';

interface Sent {
  readonly id: string;
  readonly stream: string;
  readonly seq: number;
  readonly time: string;
}

describe('The API on a real log', () => {
  let api: InstalledApi;
  let other: InstalledApi;

  beforeAll(async () => {
    api = await startInstalledApi({ MESSAGE_MAX_TTL_MS: '86400000' });
    other = await api.startAnother();
  });
  afterAll(async () => {
    await other.close();
    await api.close();
  });

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what a test expects to read
  const json = <Body>({ text }: Answer): Body => JSON.parse(text) as Body;
  const post = (path: string, body: object, headers: Call['headers'] = {}, to = api): Promise<Answer> =>
    call(to, { path, body: JSON.stringify(body), headers });
  const get = (path: string): Promise<Answer> => call(api, { method: 'GET', path });

  describe('Idempotency', () => {
    it.each([
      ['the header', {}, { 'idempotency-key': 'order-1' }],
      ['the body', { idempotencyKey: 'order-1' }, {}],
      ['both, if they agree', { idempotencyKey: 'order-1' }, { 'idempotency-key': 'order-1' }],
    ])('is asked for by %s: the repeat gets the first answer, on any process', async (name, fields, headers) => {
      const path = `/v1/users/${encodeURIComponent(name)}/messages`;
      const first = await post(path, { data: 1, ...fields }, headers);
      expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([202, null]);
      for (const process of [api, other]) {
        const again = await post(path, { data: 1, ...fields }, headers, process);
        expect([again.status, again.headers.get('idempotency-replayed'), again.text]).toEqual([202, 'true', first.text]);
      }
      expect(json<{ items: unknown[] }>(await get(path)).items).toHaveLength(1);
    });

    it('refuses another message under the key: other data, another event, another time to live', async () => {
      await post('/v1/users/conflict/messages', { data: 1, idempotencyKey: 'k' });
      for (const body of [{ data: 2 }, { data: 1, event: 'e' }, { data: 1, ttlSeconds: 60 }]) {
        const answer = await post('/v1/users/conflict/messages', { ...body, idempotencyKey: 'k' });
        expect([answer.status, json<{ code: string }>(answer).code]).toEqual([422, 'idempotency_conflict']);
      }
    });

    it('keeps one message when requests with a key race on two processes', async () => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          post('/v1/users/race/messages', { data: 1, idempotencyKey: 'k' }, {}, index % 2 === 0 ? api : other),
        ),
      );
      expect(new Set(answers.filter(({ status }) => status === 202).map(({ text }) => text)).size).toBe(1);
      for (const answer of answers.filter(({ status }) => status !== 202)) {
        expect([answer.status, json<{ code: string }>(answer).code]).toEqual([409, 'idempotency_in_progress']);
        expect(answer.headers.get('retry-after')).toBe('1');
      }
      expect(json<{ head: number }>(await get('/v1/users/race/messages')).head).toBe(1);
    });

    it('is nothing between services, and stores no refusal', async () => {
      const refused = await post('/v1/users/scope/messages', { data: 'x'.repeat(70_000), idempotencyKey: 'k' });
      expect(refused.status).toBe(413);
      await post('/v1/users/scope/messages', { data: 1, idempotencyKey: 'k' });
      const ofOther = await post('/v1/users/scope/messages', { data: 2, idempotencyKey: 'k' }, { authorization: 'Bearer sender' });
      expect([ofOther.status, json<Sent>(ofOther).seq]).toEqual([202, 2]);
    });
  });

  it('sends to several users, each once, in the order in which they are named', async () => {
    const body = { to: { users: ['b', 'a', 'b', 'c'] }, data: 1, idempotencyKey: 'k' };
    const { results } = json<{ results: Sent[] }>(await post('/v1/messages', body));
    expect(results.map(({ stream, seq }) => [stream, seq])).toEqual([
      ['user:b', 1],
      ['user:a', 1],
      ['user:c', 1],
    ]);
    const again = json<{ results: object[] }>(await post('/v1/messages', { ...body, to: { users: ['c', 'd'] } }));
    expect(again.results).toEqual([{ ...results[2], replayed: true }, expect.objectContaining({ stream: 'user:d' })]);
    const mixed = json<{ results: object[] }>(await post('/v1/messages', { ...body, data: 2, to: { users: ['a', 'e'] } }));
    expect(mixed.results).toEqual([
      { code: 'idempotency_conflict', detail: expect.any(String) as string, retryable: false },
      expect.objectContaining({ stream: 'user:e' }),
    ]);
  });

  it('sends to everyone, by path or body', async () => {
    const first = json<Sent>(await post('/v1/everyone/messages', { data: 1 }));
    const second = json<Sent>(await post('/v1/messages', { to: { everyone: true }, data: 2 }));
    expect([first.stream, second.stream, second.seq]).toEqual(['everyone', 'everyone', first.seq + 1]);
  });

  describe('Devices', () => {
    it('are told of with their cursors, and which of them have acknowledged a message', async () => {
      const log = api.app.get(MessageLog);
      const { id } = json<Sent>(await post('/v1/users/devices/messages', { data: 1, idempotencyKey: 'k' }));
      await log.acknowledge([{ user: 'devices', device: 'phone', seq: 1 }]);
      await log.acknowledge([{ user: 'devices', device: 'tablet', seq: 0 }]);
      const cursors = [
        { device: 'phone', cursor: 1 },
        { device: 'tablet', cursor: 0 },
      ];
      const { devices } = json<{ devices: object[] }>(await get('/v1/users/devices'));
      expect(devices).toHaveLength(2);
      expect(devices).toEqual(expect.arrayContaining(cursors));
      expect(json<{ devices: object[] }>(await get(`/v1/messages/${id}`)).devices).toEqual(
        expect.arrayContaining([
          { device: 'phone', acknowledged: true },
          { device: 'tablet', acknowledged: false },
        ]),
      );
    });

    it('that are offline have acknowledged what is sent again, if they had before', async () => {
      const send = () => post('/v1/users/devices/messages?wait=acked', { data: 1, idempotencyKey: 'k' });
      expect(json(await send())).toMatchObject({ outcome: 'acked', device: 'phone' });
      expect(json(await post('/v1/users/devices/messages?wait=acked', { data: 2 }))).toMatchObject({ outcome: 'offline' });
    });
  });

  describe('The status of a message', () => {
    it('tells when it came and expires', async () => {
      const sent = json<Sent>(await post('/v1/users/status/messages', { data: 1, ttlSeconds: 60 }));
      const { expiresAt, ...status } = json<{ expiresAt: string }>(await get(`/v1/messages/${sent.id}`));
      expect(status).toMatchObject({ ...sent, expired: false, recalled: false });
      expect(Date.parse(expiresAt) - Date.parse(sent.time)).toBe(60_000);
    });

    it('lets nothing live longer than the longest', async () => {
      const answer = await post('/v1/users/status/messages', { data: 1, ttlSeconds: 86_401 });
      expect([answer.status, json<{ code: string }>(answer).code]).toEqual([400, 'invalid_field']);
      expect((await post('/v1/users/status/messages', { data: 1, ttlSeconds: 86_400 })).status).toBe(202);
    });

    it('tells that it was taken back; the log returns it no more', async () => {
      const { id } = json<Sent>(await post('/v1/users/recall/messages', { data: 1 }));
      await post('/v1/users/recall/messages', { data: 2 });
      for (let times = 0; times < 2; times += 1)
        expect((await call(api, { method: 'DELETE', path: `/v1/messages/${id}` })).status).toBe(204);
      expect(json(await get(`/v1/messages/${id}`))).toMatchObject({ recalled: true, recalledAt: expect.any(String) as string });
      const page = json<{ items: { data: unknown }[]; gaps: unknown }>(await get('/v1/users/recall/messages'));
      expect(page.items.map(({ data }) => data)).toEqual([2]);
      expect(page.gaps).toEqual([{ after: 0, through: 1, reason: 'recalled' }]);
    });

    it('knows nothing of messages that do not exist', async () => {
      const { id } = json<Sent>(await post('/v1/users/absent/messages', { data: 1 }));
      const forged = Buffer.from(id, 'base64url');
      forged.writeUInt8(forged.readUInt8(3) ^ 1, 3);
      for (const method of ['GET', 'DELETE']) {
        expect((await call(api, { method, path: `/v1/messages/${forged.toString('base64url')}` })).status).toBe(404);
      }
    });

    it('needs the scope to read, and that to send for taking it back', async () => {
      const { id } = json<Sent>(await post('/v1/users/scopes/messages', { data: 1 }));
      const path = `/v1/messages/${id}`;
      expect((await call(api, { method: 'GET', path, headers: { authorization: 'Bearer sender' } })).status).toBe(403);
      expect((await call(api, { method: 'DELETE', path, headers: { authorization: 'Bearer reader' } })).status).toBe(403);
    });
  });

  describe('A stream', () => {
    it('is read page by page, the data byte for byte', async () => {
      const data = ['12345678901234567890', '{"b":1,"a":[1 , 2],"b":2}', '"\\u00e9\\/😀"', 'null'];
      for (const each of data) await call(api, { path: '/v1/channels/pages/messages', body: `{"event":"e","data":${each}}` });
      const first = await get('/v1/channels/pages/messages?limit=3');
      expect(first.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(json(first)).toMatchObject({ head: 4, next: 3, gaps: [] });
      for (const each of data.slice(0, 3)) expect(first.text).toContain(`"event":"e","data":${each}}`);
      expect(json(await get('/v1/channels/pages/messages?after=3'))).toMatchObject({
        head: 4,
        next: null,
        items: [{ seq: 4, data: null }],
      });
    });

    it('that nobody has sent to is empty', async () => {
      expect(json(await get('/v1/users/nobody/messages'))).toEqual({ head: 0, next: null, gaps: [], items: [] });
    });
  });
});
