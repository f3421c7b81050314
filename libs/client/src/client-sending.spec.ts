import type { SendFrame } from '@switchboard/protocol';
import type { SwitchboardClient } from './client';
import type { FakeSession } from './testing/fake-server';
import { Harness } from './testing/harness';
import { waitFor } from './testing/wait-for';

const BOB = { user: 'bob' };
const TIME = '2026-01-01T00:00:00Z';

function accept(session: FakeSession, { id }: SendFrame, seq = 1): void {
  session.send({ type: 'ok', id, messageId: 'm', stream: 'user:bob', seq, time: TIME });
}

describe('SwitchboardClient, sending', () => {
  const harness = new Harness();
  afterEach(() => harness.end());

  const setUp = async (options = {}) => {
    const server = await harness.server((session) => {
      session.ready();
    });
    const { client, errors } = harness.client(server, options);
    await client.connect();
    return { server, client, errors, session: server.first };
  };

  it('sends a message and resolves with what became of it', async () => {
    const { client, session } = await setUp();
    const data = { text: 'hello' };
    const sent = client.send(BOB, data, { event: 'chat', ttlSeconds: 60, idempotencyKey: 'k' });
    data.text = 'changed after the call';
    const frame = await session.frame('send');
    expect(frame).toEqual({ type: 'send', id: 1, to: BOB, event: 'chat', ttlSeconds: 60, idempotencyKey: 'k', data: { text: 'hello' } });
    accept(session, frame, 7);
    await expect(sent).resolves.toEqual({ messageId: 'm', stream: 'user:bob', seq: 7, time: TIME });
  });

  it('sends a durable message again after a lost connection, under the key that it made', async () => {
    const { client, server, session } = await setUp();
    const sent = client.send(BOB, 1);
    const first = await session.frame('send');
    session.socket.terminate();
    const second = await (await server.session(2)).frame('send');
    expect(first.idempotencyKey).toMatch(/^[0-9a-f]{32}$/);
    expect({ ...second, id: 0 }).toEqual({ ...first, id: 0 });
    accept(await server.session(2), second);
    await expect(sent).resolves.toMatchObject({ seq: 1 });
  });

  it('sends an ephemeral message once, and only while connected', async () => {
    const { client, server, session } = await setUp();
    const sent = client.send(BOB, 1, { durability: 'ephemeral', conflateKey: 'cursor' });
    expect(await session.frame('send')).toEqual({
      type: 'send',
      id: 1,
      to: BOB,
      durability: 'ephemeral',
      conflateKey: 'cursor',
      data: 1,
    });
    session.socket.terminate();
    await expect(sent).rejects.toMatchObject({ code: 'outcome_unknown' });
    await expect(client.send(BOB, 1, { durability: 'ephemeral' })).rejects.toMatchObject({ code: 'not_connected', retryable: true });
    const second = await server.session(2);
    await waitFor('ready', () => client.state === 'ready');
    const again = client.send({ channel: 'news' }, 2, { durability: 'ephemeral' });
    const { id } = await second.frame('send');
    second.send({ type: 'ok', id, messageId: 'e', stream: 'channel:news', time: TIME });
    await expect(again).resolves.toEqual({ messageId: 'e', stream: 'channel:news', time: TIME });
    expect(second.frames.filter(({ type }) => type === 'send')).toHaveLength(1);
  });

  it('waits for a connection', async () => {
    const server = await harness.server();
    const { client } = harness.client(server);
    const sent = client.send(BOB, 1);
    void client.connect();
    const session = await server.session();
    session.ready();
    accept(session, await session.frame('send'));
    await expect(sent).resolves.toMatchObject({ messageId: 'm' });
  });

  it('tries again, as late as it is told to, what a server cannot do yet', async () => {
    const { client, session, errors } = await setUp();
    const sent = client.send(BOB, 1);
    const { id } = await session.frame('send');
    session.send({ type: 'error', id, code: 'rate_limited', message: 'slower', retryable: true, retryAfterMs: 60 });
    const refusedAtMs = performance.now();
    const again = await session.frame('send', 2);
    expect(performance.now() - refusedAtMs).toBeGreaterThan(50);
    accept(session, again);
    await sent;
    expect(errors).toMatchObject([{ code: 'rate_limited' }]);
  });

  it('sends nothing while a server asks it to slow down, whatever it said that about', async () => {
    const { client, session } = await setUp();
    session.send({ type: 'error', code: 'rate_limited', message: 'slower', retryable: true, retryAfterMs: 3_600_000 });
    session.send({ type: 'ping' });
    await session.frame('pong');
    const sends = [client.send(BOB, 1, { timeoutMs: 50 }), client.send(BOB, 2, { timeoutMs: 50 })];
    for (const sent of sends) await expect(sent).rejects.toMatchObject({ code: 'timed_out' });
    expect(session.frames.filter(({ type }) => type === 'send')).toEqual([]);
  });

  it('takes the refusals of one burst for one', async () => {
    const { client, session } = await setUp({ backoff: { baseMs: 10, capMs: 3_600_000 } });
    const sends = Array.from({ length: 16 }, (_, index) => client.send(BOB, index));
    await session.frame('send', 16);
    const frames = (): SendFrame[] => session.frames.filter((frame) => frame.type === 'send');
    for (const { id } of frames()) session.send({ type: 'error', id, code: 'unavailable', message: 'later', retryable: true });
    await session.frame('send', 32);
    for (const frame of frames().slice(16)) accept(session, frame);
    expect(await Promise.all(sends)).toHaveLength(16);
  });

  it('rejects with what the server refuses', async () => {
    const { client, session } = await setUp();
    const sent = client.send(BOB, 1);
    const { id } = await session.frame('send');
    session.send({ type: 'error', id, code: 'publish_forbidden', message: 'no', retryable: false });
    await expect(sent).rejects.toMatchObject({ code: 'publish_forbidden', retryable: false });
  });

  it('gives up in time, on close, and when its signal aborts', async () => {
    const { client } = await setUp();
    const leaving = new AbortController();
    const [late, aborted, closed] = [client.send(BOB, 1, { timeoutMs: 20 }), client.send(BOB, 2, leaving), client.send(BOB, 3)];
    await expect(late).rejects.toMatchObject({ code: 'timed_out' });
    leaving.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    await expect(client.send(BOB, 4, leaving)).rejects.toThrow('enough');
    client.close();
    await expect(closed).rejects.toMatchObject({ code: 'closed' });
    await expect(client.send(BOB, 5)).rejects.toMatchObject({ code: 'closed' });
  });

  it('has at most 16 messages unanswered and 1000 in hand', async () => {
    const { client, session } = await setUp();
    const sends = Array.from({ length: 1_000 }, (_, index) => client.send(BOB, index));
    await expect(client.send(BOB, 1_000)).rejects.toMatchObject({ code: 'too_many_sends' });
    await session.frame('send', 16);
    session.send({ type: 'ping' });
    await session.frame('pong');
    const frames = (): SendFrame[] => session.frames.filter((frame) => frame.type === 'send');
    expect(frames()).toHaveLength(16);
    for (let answered = 0; answered < 1_000; answered += 1) {
      accept(session, await waitFor('the next frame', () => frames()[answered]), answered + 1);
    }
    expect((await Promise.all(sends)).map(({ seq }) => seq)).toEqual(sends.map((_, index) => index + 1));
    expect(frames().map(({ data }) => data)).toEqual(sends.map((_, index) => index));
  });

  it('refuses what would cost the connection: a frame over the limit of the server', async () => {
    const { client, session } = await setUp();
    await expect(client.send(BOB, 'é'.repeat(41_000))).rejects.toMatchObject({ code: 'too_large' });
    expect(session.frames.filter(({ type }) => type === 'send')).toEqual([]);
  });

  it.each<[string, Parameters<SwitchboardClient['send']>]>([
    ['no target', [{} as never, 1]],
    ['two targets', [{ user: 'a', channel: 'b' }, 1]],
    ['a target of another kind', [{ everyone: true } as never, 1]],
    ['a bad user', [{ user: 'a\n' }, 1]],
    ['a bad channel', [{ channel: 'a b' }, 1]],
    ['no data', [BOB, undefined]],
    ['data that JSON cannot hold', [BOB, 1n]],
    ['an empty event', [BOB, 1, { event: '' }]],
    ['a time to live of nothing', [BOB, 1, { ttlSeconds: 0 }]],
    ['a key for an ephemeral message', [BOB, 1, { durability: 'ephemeral', idempotencyKey: 'k' }]],
    ['conflating durable messages', [BOB, 1, { conflateKey: 'k' }]],
    ['another durability', [BOB, 1, { durability: 'eternal' as never }]],
    ['a negative timeout', [BOB, 1, { timeoutMs: -1 }]],
  ])('refuses %s', async (_, args) => {
    const { client } = await setUp();
    await expect(client.send(...args)).rejects.toMatchObject({ code: 'invalid_option' });
  });
});
