import { Client } from 'pg';
import { BareClient, waitFor } from '@switchboard/testing';
import { metricValue, TestInstallation } from './testing/test-installation';
import { TamperedBus } from './testing/tampered-bus';

const RECONCILE_ROUND_MS = 1_000;

describe('A gateway', () => {
  let installation: TestInstallation;
  let database: Client;
  const clients: BareClient[] = [];
  const connect = async (url: string, user: string, fields?: object): Promise<BareClient> => {
    const client = new BareClient(url);
    clients.push(client);
    await client.hello(installation.token(user), fields);
    return client;
  };
  const seqs = (client: BareClient, stream: string): (number | undefined)[] =>
    client
      .of('message')
      .filter((message) => message.stream === stream)
      .map(({ seq }) => seq);

  beforeAll(async () => {
    installation = await TestInstallation.create({
      RECONCILE_ROUND_MS: String(RECONCILE_ROUND_MS),
      LEASE_MS: '3000',
      SOCKET_BUFFER_BYTES: '65536',
    });
    database = new Client({ connectionString: installation.databaseUrl });
    await database.connect();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.end();
  });
  afterAll(async () => {
    await database.end();
    await installation.close();
  });

  it('delivers a message whose event the bus lost within one reconcile round', async () => {
    const bus = new TamperedBus(installation.createBus());
    const gateway = await installation.startGateway(bus);
    const client = await connect(gateway.url, 'forgotten', { channels: ['lossy'] });
    bus.tamper = () => [];
    const acceptedAtMs = performance.now();
    await installation.accept({ user: 'forgotten' }, 1);
    await installation.accept({ channel: 'lossy' }, 1);
    await client.messages(2);
    // The round, a gap's patience, a read, and room for a busy machine.
    expect(performance.now() - acceptedAtMs).toBeLessThan(RECONCILE_ROUND_MS + 1_500);
    expect(await metricValue(gateway.metrics, 'switchboard_reconcile_repairs_total')).toBeGreaterThanOrEqual(1);
    await gateway.close();
  });

  it('writes each message once and in order though the bus repeats and swaps events, and brings garbage', async () => {
    const bus = new TamperedBus(installation.createBus());
    const gateway = await installation.startGateway(bus);
    const client = await connect(gateway.url, 'shuffled');
    bus.tamper = (events) => [Buffer.from('garbage'), ...events, ...[...events].reverse(), Buffer.from('{"v":999}\n')];
    await Promise.all(Array.from({ length: 200 }, (_, number) => installation.accept({ user: 'shuffled' }, number)));
    await client.messages(200);
    expect(seqs(client, 'user:shuffled')).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    expect(await metricValue(gateway.metrics, 'switchboard_events_unreadable_total')).toBeGreaterThan(0);
    await gateway.close();
  });

  it('registers everything again when its slot was taken, and sheds no socket', async () => {
    const gateway = await installation.startGateway();
    const client = await connect(gateway.url, 'moved', { channels: ['moved'] });
    const { rows } = await database.query<{ slot: number }>('SELECT slot FROM servers WHERE lease_until > now()');
    expect(rows).toHaveLength(1);
    // Another server takes the slot, as it would if this one had been paused for long.
    await database.query(
      `UPDATE servers SET epoch = epoch + 1, server_id = 'thief', lease_until = now() + interval '1 hour' WHERE slot = $1`,
      [rows[0]?.slot],
    );
    await installation.accept({ user: 'moved' }, 'while nobody knows where it is');
    await client.messages(1);
    await waitFor('the connection to be registered again', async () => {
      const found = await database.query(
        `SELECT 1 FROM connections c JOIN servers s ON s.slot = c.slot AND s.epoch = c.epoch AND s.server_id <> 'thief' WHERE c.user_id = 'moved'`,
      );
      return found.rowCount === 1;
    });
    const receivedBefore = await metricValue(gateway.metrics, 'switchboard_events_received_total');
    await installation.accept({ user: 'moved' }, 'afterwards');
    await waitFor(
      'the event at the new slot',
      async () => (await metricValue(gateway.metrics, 'switchboard_events_received_total')) > receivedBefore,
    );
    await waitFor('the channel to be known again', async () => {
      const { id } = await installation.accept({ channel: 'moved' }, 'to the channel');
      return waitFor('its message', () => client.of('message').some((message) => message.id === id));
    });
    expect(client.closed).toBeUndefined();
    expect(seqs(client, 'user:moved')).toEqual([1, 2]);
    await gateway.close();
  });

  it('pauses a client that does not read, keeps nothing for it, and lets it catch up from the log', async () => {
    const gateway = await installation.startGateway();
    const slow = await connect(gateway.url, 'busy');
    const quick = await connect(gateway.url, 'busy');
    slow.socket.pause();
    const count = 400;
    const data = 'x'.repeat(50_000);
    for (let batch = 0; batch < count / 20; batch += 1) {
      await Promise.all(Array.from({ length: 20 }, () => installation.accept({ user: 'busy' }, data)));
    }
    await quick.messages(count);
    expect(await metricValue(gateway.metrics, 'switchboard_subscriptions_paused_total')).toBeGreaterThanOrEqual(1);
    expect(seqs(slow, 'user:busy').length).toBeLessThan(count);
    slow.socket.resume();
    await slow.messages(count);
    expect(seqs(slow, 'user:busy')).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    await gateway.close();
  });

  it('tells of a gap where messages have expired', async () => {
    const gateway = await installation.startGateway();
    const first = await connect(gateway.url, 'gappy');
    for (let seq = 1; seq <= 4; seq += 1) await installation.accept({ user: 'gappy' }, seq);
    await first.messages(4);
    await database.query(`DELETE FROM messages WHERE stream = 'user:gappy' AND seq IN (2, 3)`);
    const client = await connect(gateway.url, 'gappy', { resume: { 'user:gappy': 1 } });
    await client.messages(1);
    expect(client.of('gap')).toEqual([{ type: 'gap', stream: 'user:gappy', after: 1, through: 3, reason: 'expired' }]);
    expect(seqs(client, 'user:gappy')).toEqual([4]);
    await gateway.close();
  });

  it('forgets its rows when it leaves', async () => {
    const gateway = await installation.startGateway();
    const client = await connect(gateway.url, 'leaving', { channels: ['leaving'] });
    await gateway.close();
    expect(await client.closeCode()).toBe(4000);
    const { rows } = await database.query<{ connections: string; channels: string }>(
      `SELECT (SELECT count(*) FROM connections WHERE user_id = 'leaving') AS connections, (SELECT count(*) FROM channel_servers WHERE channel = 'leaving') AS channels`,
    );
    expect(rows).toEqual([{ connections: '0', channels: '0' }]);
  });
});
