import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { Metrics } from '@switchboard/observability';
import { HotPool } from '@switchboard/database';
import { BOUNDS } from '@switchboard/protocol';
import { waitFor } from '@switchboard/testing';
import { call, type Answer } from '../testing/call';
import { startInstalledApi, type InstalledApi } from '../testing/start-installed-api';

interface Result {
  readonly id?: string;
  readonly stream?: string;
  readonly seq?: number;
  readonly code?: string;
  readonly replayed?: boolean;
}

const HEAD = 'POST /v1/messages/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer all\r\nContent-Type: application/x-ndjson\r\n';

const line = (fields: object): string => JSON.stringify({ to: { user: '42' }, data: 1, ...fields });
const resultsOf = (text: string): Result[] =>
  text
    .split('\n')
    .filter((each) => each.startsWith('{'))
    .map((each) => JSON.parse(each) as Result);

describe('A batch on a real log', () => {
  let api: InstalledApi;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    api = await startInstalledApi();
  });
  afterEach(() => {
    jest.restoreAllMocks();
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  afterAll(() => api.close());

  const post = (lines: readonly string[]): Promise<Answer> =>
    call(api, { path: '/v1/messages/batch', body: lines.join('\n'), headers: { 'content-type': 'application/x-ndjson' } });
  const dataOf = async (stream: string): Promise<unknown[]> => {
    const { text } = await call(api, { method: 'GET', path: `/v1/${stream}/messages?limit=1000` });
    return (JSON.parse(text) as { items: { data: unknown }[] }).items.map(({ data }) => data);
  };
  const raw = async (): Promise<Socket> => {
    const socket = connect(api.port, '127.0.0.1');
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  const batchesRunning = async (): Promise<string | undefined> =>
    /^switchboard_batches (\d+)$/m.exec(await api.app.get(Metrics, { strict: false }).text())?.[1];

  it.each([
    ['of a thousand users', (index: number) => `of-${String(index)}`],
    ['of three users', (index: number) => `few-${String(index % 3)}`],
    ['of one user', () => 'one'],
  ])('%s costs a few statements', async (_, userOf) => {
    const query = jest.spyOn(HotPool.prototype, 'query');
    const lines = Array.from({ length: 1_000 }, (_unused, data) => line({ to: { user: userOf(data) }, data }));
    const results = resultsOf((await post(lines)).text);
    expect(results.map(({ stream }) => stream)).toEqual(lines.map((_unused, index) => `user:${userOf(index)}`));
    const appends = query.mock.calls.filter(([{ name }]) => name.startsWith('append'));
    expect(appends.length).toBeGreaterThan(0);
    expect(appends.length).toBeLessThanOrEqual(10);
  });

  it('keeps the order of its lines within each stream, whatever keys they have', async () => {
    const lines = Array.from({ length: 600 }, (_, data) =>
      line({ to: { channel: `order-${String(data % 2)}` }, data, ...(data % 5 === 0 ? { idempotencyKey: `k${String(data)}` } : {}) }),
    );
    await post(lines);
    for (const rest of [0, 1]) {
      const expected = Array.from({ length: 300 }, (_, index) => 2 * index + rest);
      expect(await dataOf(`channels/order-${String(rest)}`)).toEqual(expected);
    }
  });

  it('answers a line that repeats a key as it answered the first, in the batch and in the next one', async () => {
    const lines = ['a', 'b', 'a', 'a'].map((idempotencyKey) => line({ to: { user: 'keys' }, idempotencyKey }));
    const [first, second, third, fourth, conflict] = resultsOf(
      (await post([...lines, line({ to: { user: 'keys' }, idempotencyKey: 'a', data: 2 })])).text,
    );
    expect([first?.seq, second?.seq, first?.replayed]).toEqual([1, 2, undefined]);
    for (const again of [third, fourth]) expect(again).toEqual({ ...first, replayed: true });
    expect(conflict?.code).toBe('idempotency_conflict');
    const [later] = resultsOf((await post(lines)).text);
    expect(later).toEqual({ ...first, replayed: true });
    expect(await dataOf('users/keys')).toEqual([1, 1]);
  });

  it('is answered in full though its caller sends 32 MiB before it reads anything', async () => {
    const socket = await raw();
    socket.pause();
    // Names as long as may be make the results some 8 MB: more than the network holds.
    const user = 'u'.repeat(BOUNDS.userBytes - 5);
    const lines = Array.from({ length: BOUNDS.batchLines }, (_, index) =>
      line({ to: { user: `${user}${String(index).padStart(5, '0')}` }, data: 'x'.repeat(2_990) }),
    );
    const body = `${lines.join('\n')}\n`;
    expect(body.length).toBeGreaterThan(0.95 * BOUNDS.batchBytes);
    expect(body.length).toBeLessThanOrEqual(BOUNDS.batchBytes);
    socket.write(`${HEAD}Content-Length: ${String(body.length)}\r\n\r\n`);
    await new Promise<void>((resolve) =>
      socket.write(body, () => {
        resolve();
      }),
    );
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.resume();
    await waitFor('all results', () => text.endsWith('\r\n0\r\n\r\n'));
    const ids = [...text.matchAll(/"seq":1,/g)];
    expect(ids).toHaveLength(BOUNDS.batchLines);
    expect(text.length).toBeGreaterThan(5_000_000);
  });

  it('keeps of a caller who leaves in the middle what was taken, from the first line on, and forgets the rest', async () => {
    const socket = await raw();
    const lines = Array.from({ length: 500 }, (_, data) => line({ to: { user: 'gone' }, data }));
    socket.write(`${HEAD}Content-Length: 1000000\r\n\r\n${lines.join('\n')}`);
    await waitFor('the first to be kept', async () => (await dataOf('users/gone')).length > 0);
    socket.destroy();
    await waitFor('the batch to be over', async () => (await batchesRunning()) === '0');
    const kept = await dataOf('users/gone');
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => index));
  });
});
