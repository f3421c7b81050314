import { setTimeout as sleep } from 'node:timers/promises';
import { call } from '../testing/call';
import { postText, RawConnection, statusesIn } from '../testing/raw-connection';
import { startApi, type RunningApi } from '../testing/start-api';

const MESSAGE = '{"data":1}';

describe('one connection', () => {
  let api: RunningApi;

  beforeEach(async () => {
    api = await startApi();
  });

  afterEach(async () => {
    await api.app.close();
  });

  it('answers pipelined requests in order, the bad ones without hurting the good', async () => {
    const connection = await RawConnection.open(api.port);
    const wrongKey = postText(MESSAGE).replace('Bearer all', 'Bearer nobody');
    const wrongType = postText(MESSAGE).replace('application/json', 'text/plain');
    connection.send([postText(MESSAGE), postText('{'), wrongKey, wrongType, postText('{"data":1,"x":1}'), postText(MESSAGE)].join(''));
    expect(statusesIn(await connection.untilAnswers(6))).toEqual([202, 400, 401, 415, 400, 202]);
    expect(api.accepted.kept).toHaveLength(2);
    connection.close();
  });

  it('answers what came whole before it answers and closes over what is not HTTP', async () => {
    let open: () => void = () => undefined;
    api.accepted.gate = new Promise((resolve) => (open = resolve));
    const connection = await RawConnection.open(api.port);
    connection.send(`${postText(MESSAGE)}${postText(MESSAGE)}rubbish\r\n\r\n`);
    // The other connection's answer shows that the server has read the first one's bytes, and is not held up by them.
    const other = call(api, { body: '{' });
    expect((await other).status).toBe(400);
    open();
    const received = await connection.untilClosed();
    expect(statusesIn(received)).toEqual([202, 202, 400]);
    expect(received).toContain('"code":"invalid_request"');
  });

  it.each([
    ['rubbish', 'rubbish\r\n\r\n', 400, 'invalid_request'],
    [
      'a body in broken chunks',
      postText('zz', 'Transfer-Encoding: chunked\r\n').replace(/Content-Length.*\r\n/, ''),
      400,
      'invalid_request',
    ],
    ['two lengths', postText(MESSAGE, 'Content-Length: 3\r\n'), 400, 'invalid_request'],
    ['a head without end', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}`, 431, 'headers_too_large'],
    [
      'a body that declares more than the limit',
      postText(MESSAGE).replace(/Content-Length: \d+/, 'Content-Length: 1000000'),
      413,
      'too_large',
    ],
  ])('refuses %s', async (_, text, status, code) => {
    const connection = await RawConnection.open(api.port);
    connection.send(text);
    const received = await connection.untilClosed();
    expect(statusesIn(received)).toEqual([status]);
    expect(received).toContain(`"code":"${code}"`);
    expect(received).toContain('application/problem+json');
    expect((await call(api, { body: MESSAGE })).status).toBe(202);
  });

  it.each([
    ['a head', 'POST /v1/users/42/messages HTTP/1.1\r\nHost: x\r\n'],
    ['a body', postText(MESSAGE).slice(0, -1)],
  ])('does not wait forever for the rest of %s', async (_, text) => {
    const impatient = await startApi({ requestTimeoutMs: 100 });
    const connection = await RawConnection.open(impatient.port);
    connection.send(text);
    const received = await connection.untilClosed();
    expect(statusesIn(received)).toEqual([408]);
    expect(received).toContain('"code":"request_timeout"');
    await impatient.app.close();
  });

  it('takes a request on a connection that was idle for longer than a request may take', async () => {
    const impatient = await startApi({ requestTimeoutMs: 100 });
    const connection = await RawConnection.open(impatient.port);
    connection.send(postText(MESSAGE));
    await connection.untilAnswers(1);
    await sleep(500);
    connection.send(postText(MESSAGE));
    expect(statusesIn(await connection.untilAnswers(2))).toEqual([202, 202]);
    connection.close();
    await impatient.app.close();
  });

  it('survives a caller that leaves in the middle of its request', async () => {
    const connection = await RawConnection.open(api.port);
    connection.send(postText(MESSAGE).slice(0, -3));
    expect((await call(api, { body: MESSAGE })).status).toBe(202);
    connection.close();
    expect((await call(api, { body: MESSAGE })).status).toBe(202);
    expect(api.accepted.kept).toHaveLength(2);
  });

  it('closes while a request is in flight only after its answer', async () => {
    let open: () => void = () => undefined;
    api.accepted.gate = new Promise((resolve) => (open = resolve));
    const answer = call(api, { body: MESSAGE });
    await waitFor(() => api.accepted.asked === 1);
    const closed = api.app.close();
    open();
    expect((await answer).status).toBe(202);
    await closed;
    await expect(call(api, { body: MESSAGE })).rejects.toThrow('fetch failed');
  });
});

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
