import fc from 'fast-check';
import { Harness } from './testing/harness';
import { waitFor } from './testing/wait-for';

const STREAM = 'user:42';

describe('SwitchboardClient, delivering', () => {
  const harness = new Harness();
  afterEach(() => harness.end());

  it('hands on durable and ephemeral messages as they came', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 0 });
    });
    const { client, messages } = harness.client(server);
    await client.connect();
    const time = '2026-01-01T00:00:00Z';
    server.sessions[0]?.send({
      type: 'message',
      stream: STREAM,
      seq: 1,
      after: 0,
      id: 'a',
      time,
      event: 'e',
      from: { user: '7' },
      data: { x: [1] },
    });
    server.sessions[0]?.send({ type: 'message', stream: STREAM, id: 'b', time, data: null });
    await waitFor('two messages', () => messages.length === 2);
    expect(messages).toEqual([
      { stream: STREAM, seq: 1, id: 'a', time, event: 'e', from: { user: '7' }, data: { x: [1] } },
      { stream: STREAM, id: 'b', time, data: null },
    ]);
    expect(client.positions).toEqual({ [STREAM]: 1 });
  });

  it('keeps the text of the data, with numbers that JavaScript would round', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 0 });
      session.sendText(`{"type":"message","stream":"${STREAM}","seq":1,"after":0,"id":"a","time":"","data":{"n":12345678901234567890}}`);
    });
    const { client, messages } = harness.client(server);
    await client.connect();
    await waitFor('the message', () => messages.length === 1);
    expect(messages[0]?.dataText).toBe('{"n":12345678901234567890}');
  });

  it('drops what it has seen: durable ones by position, ephemeral ones by id', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 0 });
    });
    const { client, messages } = harness.client(server);
    await client.connect();
    const [session] = server.sessions;
    for (const seq of [1, 1, 2, 1, 2, 3]) session?.message(STREAM, seq);
    for (const id of ['x', 'y', 'x', 'z']) session?.send({ type: 'message', stream: STREAM, id, time: '', data: id });
    await waitFor('the last message', () => messages.some(({ id }) => id === 'z'));
    expect(messages.map(({ data }) => data)).toEqual([1, 2, 3, 'x', 'y', 'z']);
  });

  it('comes back after a cut and resumes where it was', async () => {
    const server = await harness.server((session, { resume }) => {
      session.ready({ [STREAM]: resume?.[STREAM] ?? 0, everyone: resume?.['everyone'] ?? 7 });
    });
    const { client, messages, gaps } = harness.client(server, { channels: ['news'] });
    await client.connect();
    for (const seq of [1, 2]) server.sessions[0]?.message(STREAM, seq);
    await waitFor('two messages', () => messages.length === 2);
    server.sessions[0]?.socket.terminate();
    const second = await server.session(2);
    expect(second.hello).toMatchObject({ resume: { [STREAM]: 2, everyone: 7 }, channels: ['news'] });
    for (const seq of [2, 3]) second.message(STREAM, seq);
    await waitFor('the third message', () => messages.length === 3);
    expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(gaps).toEqual([]);
  });

  it('reconnects when a message is missing', async () => {
    const server = await harness.server((session, { resume }) => {
      session.ready({ [STREAM]: resume?.[STREAM] ?? 0 });
    });
    const { client, messages, states } = harness.client(server);
    await client.connect();
    for (const seq of [1, 3, 4]) server.sessions[0]?.message(STREAM, seq);
    const second = await server.session(2);
    expect(second.hello?.resume).toEqual({ [STREAM]: 1 });
    for (const seq of [2, 3, 4]) second.message(STREAM, seq);
    await waitFor('four messages', () => messages.length === 4);
    expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(states).toContainEqual({ state: 'waiting', delayMs: 0, code: 1006, reason: `a message of ${STREAM} is missing` });
    await server.sessions[0]?.closed();
  });

  it('moves over a gap that it is told of', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 3 });
    });
    const { client, messages, gaps } = harness.client(server);
    await client.connect();
    server.sessions[0]?.send({ type: 'gap', stream: STREAM, after: 3, through: 9, reason: 'expired' });
    server.sessions[0]?.message(STREAM, 10);
    await waitFor('the message', () => messages.length === 1);
    expect(gaps).toEqual([{ stream: STREAM, after: 3, through: 9, reason: 'expired' }]);
    expect(client.positions).toEqual({ [STREAM]: 10 });
    expect(server.sessions).toHaveLength(1);
  });

  it('tells of a gap as lost when the server begins further on and does not say why', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 20 });
    });
    const { client, gaps } = harness.client(server, { resume: { [STREAM]: 17 } });
    await client.connect();
    expect(gaps).toEqual([{ stream: STREAM, after: 17, through: 20, reason: 'lost' }]);
    expect(client.positions).toEqual({ [STREAM]: 20 });
  });

  it('is never ready once a listener of a gap has closed it', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 20 });
    });
    const { client, states } = harness.client(server, { resume: { [STREAM]: 17 }, channels: ['news'] });
    client.on('gap', () => {
      client.close();
    });
    await expect(client.connect()).rejects.toMatchObject({ code: 'closed' });
    expect(states.map(({ state }) => state)).toEqual(['connecting', 'closed']);
  });

  it('says that the log of the server is behind, and drops what it repeats', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 15 });
      for (const seq of [16, 17, 18]) session.message(STREAM, seq);
    });
    const { client, messages, errors } = harness.client(server, { resume: { [STREAM]: 17 } });
    await client.connect();
    await waitFor('a message', () => messages.length > 0);
    expect(messages.map(({ seq }) => seq)).toEqual([18]);
    expect(errors).toMatchObject([{ code: 'position_ahead', stream: STREAM }]);
  });

  it('survives a listener that throws, and tells', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 0 });
    });
    const { client, messages, errors } = harness.client(server);
    const fault = new Error('fault');
    for (const event of ['message', 'state', 'error'] as const) {
      client.on(event, () => {
        throw fault;
      });
    }
    await client.connect();
    for (const seq of [1, 2]) server.sessions[0]?.message(STREAM, seq);
    await waitFor('two messages', () => messages.length === 2);
    const failures = errors.filter(({ code }) => code === 'listener_failed');
    expect(failures).toHaveLength(4);
    expect(failures.every(({ cause }) => cause === fault)).toBe(true);
    expect(server.sessions).toHaveLength(1);
  });

  it('delivers nothing more once a listener has closed it', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 0 });
      for (const seq of [1, 2, 3]) session.message(STREAM, seq);
    });
    const { client, messages } = harness.client(server);
    client.on('message', () => {
      client.close();
    });
    await client.connect();
    await server.sessions[0]?.closed();
    expect(messages.map(({ seq }) => seq)).toEqual([1]);
  });

  it('ignores what is no frame, and frames of later versions', async () => {
    const server = await harness.server((session) => {
      session.ready({ [STREAM]: 0 });
    });
    const { client, messages, errors } = harness.client(server);
    await client.connect();
    const [session] = server.sessions;
    for (const text of ['', '{', 'null', '[]', '{"type":7}', '{"type":"message"}', '{"type":"gap","stream":"user:42"}'])
      session?.sendText(text);
    session?.socket.send(Buffer.from('{"type":"ping"}'), { binary: true });
    session?.sendText('{"type":"presence","users":[]}');
    session?.ready({ [STREAM]: 99 });
    session?.message(STREAM, 1);
    await waitFor('the message', () => messages.length === 1);
    expect(errors.map(({ code }) => code)).toEqual(Array.from({ length: 8 }, () => 'bad_server_frame'));
    expect(server.sessions).toHaveLength(1);
  });

  it('delivers a whole log once and in order over a network that cuts, loses and repeats', async () => {
    const HEAD = 40;
    const faults = fc.array(fc.constantFrom('none', 'none', 'none', 'none', 'cut', 'lose', 'repeat'), { minLength: HEAD, maxLength: HEAD });
    await fc.assert(
      fc.asyncProperty(faults, async (plan) => {
        const pending = [...plan];
        const server = await harness.server((session, { resume }) => {
          const after = resume?.[STREAM] ?? 0;
          session.ready({ [STREAM]: Math.max(0, after - 1) });
          for (let seq = Math.max(1, after); seq <= HEAD; seq += 1) {
            const fault = pending.shift();
            if (fault === 'cut') {
              session.socket.close(1012);
              return;
            }
            if (fault !== 'lose') session.message(STREAM, seq);
            if (fault === 'repeat') session.message(STREAM, seq);
          }
          // What was lost last would go unnoticed until the next message.
          session.message(STREAM, HEAD + 1);
        });
        const { client, messages, gaps } = harness.client(server, { resume: { [STREAM]: 0 } });
        await client.connect();
        await waitFor('the last message', () => messages.length === HEAD + 1);
        expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: HEAD + 1 }, (_, index) => index + 1));
        expect(gaps).toEqual([]);
        await harness.end();
      }),
      { numRuns: 25 },
    );
  });
});
