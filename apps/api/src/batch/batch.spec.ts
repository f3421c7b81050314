import { BOUNDS } from '@switchboard/protocol';
import { waitFor } from '@switchboard/testing';
import { call, type Answer } from '../testing/call';
import { RawConnection, statusesIn } from '../testing/raw-connection';
import { startApi, type RunningApi } from '../testing/start-api';

const TYPE = { 'content-type': 'application/x-ndjson' };
const HEAD = 'POST /v1/messages/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer all\r\nContent-Type: application/x-ndjson\r\n';

interface Result {
  readonly stream?: string;
  readonly seq?: number;
  readonly code?: string;
  readonly detail?: string;
}

const line = (fields: object = {}): string => JSON.stringify({ to: { user: '42' }, data: 1, ...fields });
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const resultsOf = ({ text }: { text: string }): Result[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((each) => JSON.parse(each) as Result);

describe('POST of a batch', () => {
  let api: RunningApi;

  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.app.close());

  const post = (body: string, headers: Record<string, string | null> = {}): Promise<Answer> =>
    call(api, { path: '/v1/messages/batch', body, headers: { ...TYPE, ...headers } });

  it('answers 200 with a result a line, in order, and skips blank lines', async () => {
    const answer = await post(`${line()}\n\n \t\r\n${line({ to: { channel: 'news' } })}\r\n${line({ to: { everyone: true } })}\n${line()}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(resultsOf(answer).map(({ stream, seq }) => [stream, seq])).toEqual([
      ['user:42', 1],
      ['channel:news', 1],
      ['everyone', 1],
      ['user:42', 2],
    ]);
    expect(api.accepted.kept.every(({ whenRunning }) => whenRunning === 'wait')).toBe(true);
  });

  it('takes all that a single body may say, the data byte for byte', async () => {
    const data = '{"b":12345678901234567890,"a":[1 , 2],"b":"\\u00e9"}';
    const answer = await post(
      [
        `{"to":{"user":"42"},"event":"e","ttlSeconds":60,"idempotencyKey":"k","data":${data}}`,
        line({ durability: 'ephemeral', conflateKey: 'c' }),
        line({ to: { users: ['1', '2', '1'] } }),
      ].join('\n'),
    );
    expect(api.accepted.kept[0]).toMatchObject({ ttlMs: 60_000, idempotency: { sender: 'key:all', key: 'k' } });
    expect(api.accepted.kept[0]?.content.toString()).toBe(`"event":"e","data":${data}}`);
    expect(api.ephemerals.kept).toMatchObject([{ target: { user: '42' }, conflateKey: 'c' }]);
    expect(resultsOf(answer)).toMatchObject([{ seq: 1 }, { id: 'ephemeral-1' }, { results: [{ stream: 'user:1' }, { stream: 'user:2' }] }]);
  });

  it('refuses each bad line alone', async () => {
    const tooLong = `{"to":{"user":"42"},"data":"${'x'.repeat(100_000)}"}`;
    const tooMuch = line({ data: 'x'.repeat(BOUNDS.dataBytes) });
    const bad = [
      '{',
      '[]',
      line({ to: undefined }),
      line({ to: { user: '' } }),
      line({ ttl: 1 }),
      tooLong,
      tooMuch,
      line({ conflateKey: 'c' }),
    ];
    const answer = await post(bad.flatMap((each) => [each, line()]).join('\n'));
    const results = resultsOf(answer);
    expect(results.filter((_, index) => index % 2 === 1).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(results.filter((_, index) => index % 2 === 0).map(({ code }) => code)).toEqual([
      'invalid_json',
      'invalid_json',
      'invalid_field',
      'invalid_field',
      'unknown_field',
      'too_large',
      'too_large',
      'invalid_field',
    ]);
    expect(results[0]).toEqual({ code: 'invalid_json', detail: expect.any(String) as string, retryable: false });
  });

  it('says in a last result that there were too many lines, and sends no more', async () => {
    const answer = await post(`${line()}\n`.repeat(BOUNDS.batchLines + 5));
    const results = resultsOf(answer);
    expect(results).toHaveLength(BOUNDS.batchLines + 1);
    expect(results.at(-2)?.seq).toBe(BOUNDS.batchLines);
    expect(results.at(-1)?.code).toBe('too_large');
    expect(api.accepted.kept).toHaveLength(BOUNDS.batchLines);
  });

  it('counts each of several users against that bound, and refuses the line alone', async () => {
    const users = Array.from({ length: BOUNDS.usersOfMessage }, (_, index) => String(index));
    const answer = await post(`${line({ to: { users } })}\n`.repeat(11) + line());
    const codes = resultsOf(answer).map(({ code }) => code);
    expect(codes).toEqual([...Array.from({ length: 10 }, () => undefined), 'too_large', 'too_large']);
  });

  it.each([
    ['over 32 MiB, as it says itself', `Content-Length: ${String(BOUNDS.batchBytes + 1)}\r\n`, 413, 'too_large'],
    ['with an idempotency key for all', 'Idempotency-Key: k\r\nContent-Length: 10\r\n', 400, 'invalid_field'],
  ])('refuses a batch %s before it reads it', async (_, headers, status, code) => {
    const connection = await RawConnection.open(api.port);
    connection.send(`${HEAD}${headers}\r\n`);
    const received = await connection.untilClosed();
    expect(statusesIn(received)).toEqual([status]);
    expect(received).toContain(`"code":"${code}"`);
  });

  it('says in a last result that it has more than 32 MiB', async () => {
    const connection = await RawConnection.open(api.port);
    const text = `${line({ data: 'x'.repeat(60_000) })}\n`.repeat(20);
    connection.send(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    for (let sent = 0; sent <= BOUNDS.batchBytes; sent += text.length) connection.send(chunk(text));
    connection.send('0\r\n\r\n');
    const received = await waitFor('the end', () => (connection.text.endsWith('\r\n0\r\n\r\n') ? connection.text : undefined));
    expect(statusesIn(received)).toEqual([200]);
    expect(received).toMatch(/"code":"too_large".*\n\r\n0\r\n\r\n$/);
    connection.close();
  });

  it.each([
    ['JSON', '/v1/messages/batch', 'application/json'],
    ['text', '/v1/messages/batch', 'text/plain'],
    ['lines where one message is wanted', '/v1/messages', 'application/x-ndjson'],
  ])('refuses %s', async (_, path, type) => {
    const { status, text } = await call(api, { path, body: line(), headers: { 'content-type': type } });
    expect([status, JSON.parse(text)]).toMatchObject([415, { code: 'unsupported_media_type' }]);
  });

  it.each([
    ['no key', null, 401],
    ['a key without the scope', 'Bearer reader', 403],
  ])('is refused with %s', async (_, authorization, status) => {
    expect((await post(line(), { authorization })).status).toBe(status);
    expect(api.accepted.asked).toBe(0);
  });

  it('is empty where there are no lines', async () => {
    expect(await post('\n')).toMatchObject({ status: 200, text: '' });
  });

  it('answers lines while others have not been sent yet', async () => {
    const connection = await RawConnection.open(api.port);
    connection.send(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(`${line()}\n`)}`);
    await waitFor('the first result', () => connection.text.includes('"seq":1'));
    connection.send(`${chunk(`${line()}\n`)}0\r\n\r\n`);
    await waitFor('the second', () => connection.text.includes('"seq":2') && connection.text.endsWith('0\r\n\r\n'));
    connection.close();
  });

  it('has no more under way than it may, and goes on when there is room', async () => {
    let open: () => void = () => undefined;
    api.accepted.gate = new Promise((resolve) => (open = resolve));
    const answer = post(`${line()}\n`.repeat(1_000));
    await waitFor('a full window', () => api.accepted.asked === 100);
    // Its answer shows that the API has had its turns since.
    await call(api, { method: 'GET', path: '/livez' });
    expect(api.accepted.asked).toBe(100);
    open();
    expect(resultsOf(await answer)).toHaveLength(1_000);
  });

  it('is refused while as many are being sent as may be', async () => {
    const open = await Promise.all(
      [1, 2].map(async () => {
        const connection = await RawConnection.open(api.port);
        connection.send(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(`${line()}\n`)}`);
        return connection;
      }),
    );
    await waitFor('both to be there', () => api.accepted.asked === 2);
    const { status, text, headers } = await post(line());
    expect([status, headers.get('retry-after'), JSON.parse(text)]).toMatchObject([503, '1', { code: 'overloaded' }]);
    for (const connection of open) connection.close();
    await waitFor('room again', async () => (await post(line())).status === 200);
  });

  it.each([
    ['a line was answered', `${line()}\n`],
    ['any line came whole', '{"to":'],
  ])('does not wait forever for the rest, after %s', async (_, begin) => {
    const impatient = await startApi({ requestTimeoutMs: 100 });
    for (let times = 0; times < 3; times += 1) {
      const connection = await RawConnection.open(impatient.port);
      connection.send(`${HEAD}Content-Length: 100000\r\n\r\n${begin}`);
      expect(statusesIn(await connection.untilClosed())).toEqual([begin.endsWith('\n') ? 200 : 408]);
    }
    await impatient.app.close();
  });

  it('keeps what it has taken of a caller who leaves, and is not harmed', async () => {
    const connection = await RawConnection.open(api.port);
    connection.send(`${HEAD}Content-Length: 100000\r\n\r\n${line()}\n${line()}\n{"to"`);
    await waitFor('two', () => api.accepted.kept.length === 2);
    connection.close();
    for (let times = 0; times < 5; times += 1) await waitFor('room', async () => (await post(line())).status === 200);
  });
});
