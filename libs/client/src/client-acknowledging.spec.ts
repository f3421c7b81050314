import { Deferred } from './deferred';
import { Harness } from './testing/harness';
import { waitFor } from './testing/wait-for';

const STREAM = 'user:42';

describe('SwitchboardClient, acknowledging', () => {
  const harness = new Harness();
  afterEach(() => harness.end());

  it('acknowledges at once what its listeners have had', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 3, 'channel:news': 0 });
    });
    const { client } = harness.client(server, { channels: ['news'] });
    await client.connect();
    const [session] = server.sessions;
    session?.message('channel:news', 1);
    session?.message(STREAM, 4);
    expect(await session?.frame('ack')).toEqual({ type: 'ack', streams: { [STREAM]: 4 } });
  });

  it('waits until all listeners of a message have resolved, in whatever order they do', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 0 });
    });
    const { client, messages } = harness.client(server);
    const work = [new Deferred<void>(), new Deferred<void>(), new Deferred<void>()];
    client.on('message', ({ seq = 0 }) => work[seq - 1]?.promise);
    await client.connect();
    const [session] = server.sessions;
    session?.sendMessages(STREAM, 1, 3);
    await waitFor('the messages', () => messages.length === 3);
    work[1]?.resolve();
    work[2]?.resolve();
    await work[2]?.promise;
    expect(client.positions).toEqual({ [STREAM]: 0 });
    session?.send({ type: 'ping' });
    await session?.frame('pong');
    expect(session?.acks(STREAM)).toEqual([]);
    work[0]?.resolve();
    await session?.frame('ack');
    expect(session?.acks(STREAM)).toEqual([3]);
    expect(client.positions).toEqual({ [STREAM]: 3 });
  });

  it('goes on after a listener that fails: what it failed at is told, and counts as handled', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 0 });
    });
    const { client, errors } = harness.client(server);
    client.on('message', ({ seq }) => (seq === 1 ? Promise.reject(new Error('disk full')) : undefined));
    await client.connect();
    server.sessions[0]?.sendMessages(STREAM, 1, 2);
    await waitFor('both', () => server.sessions[0]?.acks(STREAM).at(-1) === 2);
    expect(errors).toMatchObject([{ code: 'listener_failed', cause: { message: 'disk full' } }]);
  });

  it('acknowledges on the next connection what was handled while there was none', async () => {
    const server = await harness.server((session, { resume }) => {
      session.ready({ [STREAM]: resume?.[STREAM] ?? 0 });
    });
    const { client, messages } = harness.client(server);
    const work = new Deferred<void>();
    client.on('message', () => work.promise);
    await client.connect();
    server.sessions[0]?.sendMessages(STREAM, 1, 2);
    await waitFor('the messages', () => messages.length === 2);
    server.sessions[0]?.socket.terminate();
    await waitFor('waiting', () => client.state !== 'ready');
    work.resolve();
    const second = await server.session(2);
    // What is in hand does not come again.
    expect(second.hello?.resume).toEqual({ [STREAM]: 2 });
    await second.frame('ack');
    expect(second.acks(STREAM)).toEqual([2]);
    expect(messages).toHaveLength(2);
  });

  it('acknowledges gaps as it passes them', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 0 });
      session.send({ type: 'gap', stream: STREAM, after: 0, through: 7, reason: 'expired' });
    });
    const { client } = harness.client(server);
    await client.connect();
    await server.sessions[0]?.frame('ack');
    expect(server.sessions[0]?.acks(STREAM)).toEqual([7]);
  });

  it('acknowledges before it leaves', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 0 });
    });
    const { client, messages } = harness.client(server);
    await client.connect();
    const [session] = server.sessions;
    session?.sendMessages(STREAM, 1, 5);
    await waitFor('the messages', () => messages.length === 5);
    client.close();
    await session?.closed();
    expect(session?.acks(STREAM)).toEqual([1, 5]);
  });

  it('leaves it to the application if told to', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 3, 'channel:news': 0 });
    });
    const { client, messages } = harness.client(server, { ack: 'manual' });
    await client.connect();
    const [session] = server.sessions;
    session?.message('channel:news', 1);
    session?.sendMessages(STREAM, 4, 6);
    session?.send({ type: 'message', stream: STREAM, id: 'e', time: '', data: 0 });
    await waitFor('the messages', () => messages.length === 5);
    expect(client.positions).toEqual({ [STREAM]: 3, 'channel:news': 1 });
    for (const index of [0, 4, 2, 1]) messages[index]?.ack();
    await session?.frame('ack');
    session?.send({ type: 'ping' });
    await session?.frame('pong');
    expect(session?.acks(STREAM)).toEqual([5]);
    expect(client.positions).toEqual({ [STREAM]: 5, 'channel:news': 1 });
  });
});
