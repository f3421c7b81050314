import type { Message } from './events';
import type { FakeSession } from './testing/fake-server';
import { Harness } from './testing/harness';
import { waitFor } from './testing/wait-for';

const STREAM = 'user:42';

describe('SwitchboardClient, iterating', () => {
  const harness = new Harness();
  afterEach(() => harness.end());

  const setUp = async (options = {}) => {
    const server = await harness.server((session, { resume }) => {
      session.ready({ [STREAM]: resume?.[STREAM] ?? 0 });
    });
    return { server, ...harness.client(server, options), session: (): FakeSession => server.first };
  };

  it('gives the messages in order, and ends on close once all that came was asked for', async () => {
    const { client, session, messages } = await setUp();
    const loop = client.messages();
    await client.connect();
    session().sendMessages(STREAM, 1, 3);
    await waitFor('the messages', () => messages.length === 3);
    client.close();
    const seen: unknown[] = [];
    for await (const { data } of loop) seen.push(data);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('handles a message when the loop asks for the next one', async () => {
    const { client, session } = await setUp();
    const loop = client.messages();
    await client.connect();
    session().sendMessages(STREAM, 1, 2);
    expect(await loop.next()).toMatchObject({ value: { seq: 1 } });
    expect(client.positions).toEqual({ [STREAM]: 0 });
    expect(await loop.next()).toMatchObject({ value: { seq: 2 } });
    await session().frame('ack');
    expect(session().acks(STREAM)).toEqual([1]);
    void loop.next();
    await session().frame('ack', 2);
    expect(session().acks(STREAM)).toEqual([1, 2]);
  });

  it('loses and repeats nothing when the loop is slow: it leaves the connection, and comes back for the rest', async () => {
    const HEAD = 50;
    const server = await harness.server((session, { resume }) => {
      const after = resume?.[STREAM] ?? 0;
      session.ready({ [STREAM]: after });
      session.sendMessages(STREAM, after + 1, HEAD);
    });
    const { client, states } = harness.client(server, { maxPending: 8 });
    const loop = client.messages();
    await client.connect();
    await waitFor('the pause', () => client.state === 'paused');
    const seen: unknown[] = [];
    for await (const { seq } of loop) {
      seen.push(seq);
      if (seq === HEAD) break;
    }
    expect(seen).toEqual(Array.from({ length: HEAD }, (_, index) => index + 1));
    expect(states.filter(({ state }) => state === 'paused').length).toBeGreaterThan(5);
    await waitFor('the last acknowledgement', () => server.sessions.at(-1)?.acks(STREAM).at(-1) === HEAD);
  });

  it('ends when its signal aborts, and gives up what it has not seen', async () => {
    const { client, session, messages } = await setUp();
    const leaving = new AbortController();
    const loop = client.messages({ signal: leaving.signal });
    await client.connect();
    session().sendMessages(STREAM, 1, 3);
    await waitFor('the messages', () => messages.length === 3);
    await loop.next();
    leaving.abort();
    expect((await loop.next()).done).toBe(true);
    await waitFor('what was given up', () => client.positions[STREAM] === 3);
    session().message(STREAM, 4);
    await waitFor('the message', () => client.positions[STREAM] === 4);
    expect((await client.messages({ signal: leaving.signal }).next()).done).toBe(true);
  });

  it('ends a loop that waits, and throws where the server refuses the client', async () => {
    const { client, server } = await setUp();
    const collect = async (): Promise<Message[]> => {
      const seen = [];
      for await (const message of client.messages()) seen.push(message);
      return seen;
    };
    const first = collect();
    await client.connect();
    client.close();
    await expect(first).resolves.toEqual([]);
    const second = collect();
    await client.connect();
    server.sessions.at(-1)?.socket.close(4503);
    await expect(second).rejects.toMatchObject({ code: 'refused', closeCode: 4503 });
  });

  it('keeps the newest of the ephemeral messages that nobody has asked for', async () => {
    const { client, session, messages } = await setUp({ maxPending: 3 });
    const loop = client.messages();
    await client.connect();
    for (const id of ['a', 'b', 'c', 'd', 'e']) session().send({ type: 'message', stream: STREAM, id, time: '', data: id });
    session().message(STREAM, 1);
    await waitFor('the messages', () => messages.length === 6);
    client.close();
    const seen: unknown[] = [];
    for await (const { data } of loop) seen.push(data);
    expect(seen).toEqual(['c', 'd', 'e', 1]);
  });
});
