import { BareClient, createTestDatabase, kafkaBrokers, waitFor, type TestDatabase } from '@switchboard/testing';
import { startCluster, type Cluster } from '../tools/cluster';
import { counter } from './read-metrics';

const START_TIMEOUT_MS = 120_000;

/** Users as identity providers make them, and as they turn up elsewhere. */
const USERS = [
  'auth0|5f7c8ec7c33c6c004bbafe82',
  'google-oauth2|117302840398223334578',
  'https://id.example/users/42?x=1#me',
  'first.last+tag@example.com',
  'name with spaces',
  'percent%2Fsign',
  'Zoë 👩‍🚀',
  'x'.repeat(256),
];

/** Bodies whose data must arrive byte for byte. */
const PAYLOADS = [
  '12345678901234567890',
  '1.0',
  '-0.0e+05',
  '{"b":1,"a":2,"b":3}',
  '{"z":1,"10":2,"a":3,"2":4}',
  '"\\u0041\\/\\n\\ud83d\\ude00"',
  '"👩‍🚀 é\u2028"',
  '[ 1 , {"x" : null} ]',
  'null',
];

describe('A message posted at the API', () => {
  let database: TestDatabase;
  let cluster: Cluster;
  const clients: BareClient[] = [];

  const connect = async (gateway: number, user: string, fields?: object, publish: readonly string[] = []): Promise<BareClient> => {
    const client = new BareClient(cluster.gateways[gateway]?.url ?? '');
    clients.push(client);
    await client.hello(cluster.signToken(user, { channels: ['*'], publish }), fields);
    return client;
  };
  const post = async (path: string, body: string): Promise<{ id: string; stream: string; seq: number; time: string }> => {
    const headers = { authorization: `Bearer ${cluster.apiKey}`, 'content-type': 'application/json' };
    const response = await fetch(`${cluster.apiUrl}${path}`, { method: 'POST', headers, body });
    expect(response.status).toBe(202);
    return (await response.json()) as { id: string; stream: string; seq: number; time: string };
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    cluster = await startCluster({ gateways: 2, services: { databaseUrl: database.url, kafkaBrokers: kafkaBrokers() } });
  }, START_TIMEOUT_MS);
  afterEach(() => {
    for (const client of clients.splice(0)) client.end();
  });
  afterAll(async () => {
    await cluster.stop();
    await database.drop();
  });

  it('reaches the user on either gateway', async () => {
    const [first, second] = await Promise.all([connect(0, 'both'), connect(1, 'both')]);
    const { id, stream, seq, time } = await post('/v1/users/both/messages', '{"event":"greeting","data":{"text":"hello"}}');
    const expected = { type: 'message', stream, seq, after: seq - 1, id, time, event: 'greeting', data: { text: 'hello' } };
    expect(await first.messages(1)).toEqual([expected]);
    expect(await second.messages(1)).toEqual([expected]);
  });

  it('reaches everyone once, on each gateway, without being kept, if it is ephemeral', async () => {
    const [one, two] = await Promise.all([connect(0, 'one', { channels: ['end'] }), connect(1, 'two', { channels: ['end'] })]);
    const all = [one, two];
    const { id } = await post('/v1/everyone/messages', '{"durability":"ephemeral","data":[1.0]}');
    const connection = two.of('ready')[0]?.connection ?? '';
    await post(`/v1/connections/${connection}/messages`, '{"data":"you"}');
    await post('/v1/channels/end/messages', '{"data":"end"}');
    for (const client of all) await waitFor('the end', () => client.of('message').some(({ data }) => data === 'end'));
    for (const client of all)
      expect(client.of('message').filter((message) => message.stream === 'everyone')).toMatchObject([{ id, data: [1] }]);
    const direct = all.map((client) => client.of('message').filter(({ stream }) => stream === `connection:${connection}`).length);
    expect(direct).toEqual([0, 1]);
  });

  it('reaches its user in the order of its batch', async () => {
    const users = ['batch-0', 'batch-1'];
    const readers = await Promise.all(users.map((user, gateway) => connect(gateway, user)));
    const lines = Array.from({ length: 1_000 }, (_, data) => JSON.stringify({ to: { user: users[data % 2] }, data }));
    const response = await fetch(`${cluster.apiUrl}/v1/messages/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${cluster.apiKey}`, 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });
    expect((await response.text()).match(/"seq":/g)).toHaveLength(1_000);
    for (const [rest, client] of readers.entries()) {
      const expected = Array.from({ length: 500 }, (_, index) => 2 * index + rest);
      expect((await client.messages(500)).map(({ data }) => data)).toEqual(expected);
    }
  });

  it('reaches a user on the other gateway when a client sends it, byte for byte and in order', async () => {
    const [alice, bob] = await Promise.all([connect(0, 'alice', {}, ['user:*']), connect(1, 'bob')]);
    for (const [id, data] of PAYLOADS.entries()) alice.send(`{"type":"send","id":${String(id)},"to":{"user":"bob"},"data":${data}}`);
    await waitFor('every answer', () => alice.of('ok').length === PAYLOADS.length);
    await bob.messages(PAYLOADS.length);
    const frames = bob.texts.filter((text) => text.startsWith('{"type":"message"'));
    expect(frames.map((text) => text.slice(text.indexOf('"from":')))).toEqual(
      PAYLOADS.map((data) => `"from":{"user":"alice"},"data":${data}}`),
    );
  });

  it('reaches the subscribers of a channel on every gateway', async () => {
    const [first, second, other] = await Promise.all([
      connect(0, 'a', { channels: ['news'] }),
      connect(1, 'b', { channels: ['news'] }),
      connect(1, 'c', { channels: ['sport'] }),
    ]);
    await post('/v1/channels/news/messages', '{"data":1}');
    await post('/v1/messages', '{"to":{"channel":"news"},"data":2}');
    await post('/v1/messages', '{"to":{"user":"c"},"data":3}');
    expect((await first.messages(2)).map(({ data }) => data)).toEqual([1, 2]);
    expect((await second.messages(2)).map(({ data }) => data)).toEqual([1, 2]);
    expect((await other.messages(1)).map(({ data }) => data)).toEqual([3]);
  });

  it('costs one event per server, however many sockets there are', async () => {
    const sockets = await Promise.all(Array.from({ length: 12 }, (_, index) => connect(index % 3 === 0 ? 1 : 0, 'many')));
    const sentBefore = await counter(cluster.apiUrl, 'switchboard_events_sent_total');
    await post('/v1/users/many/messages', '{"data":"once"}');
    await Promise.all(sockets.map((socket) => socket.messages(1)));
    await waitFor(
      'both events to be counted',
      async () => (await counter(cluster.apiUrl, 'switchboard_events_sent_total')) === sentBefore + 2,
    );
  });

  it('costs no event where nobody is connected, and is there when the user comes', async () => {
    const sentBefore = await counter(cluster.apiUrl, 'switchboard_events_sent_total');
    await post('/v1/users/offline/messages', '{"data":"later"}');
    const client = await connect(0, 'offline');
    expect((await client.messages(1))[0]?.data).toBe('later');
    expect(await counter(cluster.apiUrl, 'switchboard_events_sent_total')).toBe(sentBefore);
  });

  it.each(PAYLOADS)('arrives byte for byte: %s', async (data) => {
    const client = await connect(0, `bytes ${data}`);
    await post('/v1/messages', `{"to":{"user":${JSON.stringify(`bytes ${data}`)}},"data":${data}}`);
    await client.messages(1);
    expect(client.texts.at(-1)?.endsWith(`"data":${data.trim()}}`)).toBe(true);
  });

  it.each(USERS)('reaches the user %s', async (user) => {
    const client = await connect(1, user);
    await post(`/v1/users/${encodeURIComponent(user)}/messages`, '{"data":"by path"}');
    await post('/v1/messages', JSON.stringify({ to: { user }, data: 'by body' }));
    expect((await client.messages(2)).map(({ data }) => data)).toEqual(['by path', 'by body']);
  });

  it('shows in GET /v1/users who is connected where', async () => {
    const client = await connect(0, 'watched', { device: 'phone' });
    const ask = async (user: string): Promise<unknown> =>
      (await fetch(`${cluster.apiUrl}/v1/users/${user}`, { headers: { authorization: `Bearer ${cluster.apiKey}` } })).json();
    const [ready] = client.of('ready');
    expect(await ask('watched')).toEqual({
      user: 'watched',
      online: true,
      connections: [{ id: ready?.connection, server: ready?.server, device: 'phone', connectedAt: expect.any(String) as string }],
      devices: [{ device: 'phone', cursor: 0 }],
    });
    client.end();
    await waitFor('the connection to be forgotten', async () => JSON.stringify(await ask('watched')).includes('"online":false'));
    expect(await ask('never-seen')).toEqual({ user: 'never-seen', online: false, connections: [], devices: [] });
  });

  it('keeps the order of a thousand messages to one user, sent one after the other', async () => {
    const client = await connect(0, 'ordered');
    for (let number = 1; number <= 1_000; number += 1) await post('/v1/users/ordered/messages', `{"data":${String(number)}}`);
    expect((await client.messages(1_000)).map(({ data }) => data)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
  });
});
