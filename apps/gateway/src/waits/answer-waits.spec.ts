import { type Reply, type Wait } from '@switchboard/protocol/events';
import { ClientConnection } from '../connections/client-connection';
import { ConnectionIndex } from '../connections/connection-index';
import { type ClientSocket } from '../sockets/client-socket';
import { LocalStreams } from '../streams/local-streams';
import { AnswerWaits } from './answer-waits';

const STREAM = 'user:42';

function setUp(mostWatches = 10) {
  const streams = new LocalStreams(() => undefined, {
    onDelivering: () => undefined,
    databaseNowMs: () => 0,
    limits: { heldEvents: 4, heldBytes: 1_000, sliceSize: 10 },
  });
  const connections = new ConnectionIndex();
  const replies: [id: string, reply: Reply][] = [];
  let dropped = 0;
  const waits = new AnswerWaits({
    streams,
    connections,
    sendReply: { send: ({ id }, reply) => replies.push([id, reply]) },
    own: { databaseOffsetMs: 60_000 },
    mostWatches,
    dropped: () => (dropped += 1),
  });
  const connect = (device?: string): ClientConnection => {
    const connection = new ClientConnection({ write: () => true } as unknown as ClientSocket, undefined);
    connection.identity = { user: '42', channels: [], publish: [], expiresAtMs: Infinity, device };
    connection.subscriptions.set(STREAM, streams.follow(STREAM, connection.socket));
    connections.add(connection);
    return connection;
  };
  const start = ({ subscriptions }: ClientConnection, after = 0): void => {
    const subscription = subscriptions.get(STREAM);
    if (subscription !== undefined) streams.start(STREAM, subscription, { after, head: after });
  };
  const deliver = (seq: number): void => {
    streams.deliver({ kind: 'message', stream: STREAM, seq, id: 'm', timeMs: 0, expiresAtMs: 1, content: Buffer.from('"data":1}') });
  };
  return { waits, replies, connect, start, deliver, drops: () => dropped };
}

const waitFor = (id: string, inMs = 5_000): Wait => ({ slot: 1, id, until: 'written', deadlineMs: Date.now() + 60_000 + inMs });

describe('AnswerWaits', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('answers at once where the message has been written, and says on which device', () => {
    const { waits, replies, connect, start, deliver } = setUp();
    connect();
    start(connect('phone'), 5);
    deliver(6);
    waits.watch(STREAM, 6, waitFor('a'));
    waits.watch(STREAM, 3, waitFor('b'));
    expect(replies).toEqual([
      ['a', { name: 'outcome', outcome: 'written', device: 'phone' }],
      ['b', { name: 'outcome', outcome: 'written', device: 'phone' }],
    ]);
    expect(waits.size).toBe(0);
  });

  it('answers when it is written to a connection that is only being opened', () => {
    const { waits, replies, connect, start, deliver } = setUp();
    const connection = connect();
    waits.watch(STREAM, 1, waitFor('a'));
    expect(waits.size).toBe(1);
    start(connection);
    deliver(1);
    expect(replies).toEqual([['a', { name: 'outcome', outcome: 'written' }]]);
    expect(waits.size).toBe(0);
  });

  it('watches no longer than somebody waits, and only where the user is', () => {
    const { waits, replies, connect, start, deliver } = setUp();
    start(connect());
    waits.watch(STREAM, 1, waitFor('late', -1));
    waits.watch('user:7', 1, waitFor('elsewhere'));
    waits.watch('channel:news', 1, waitFor('channel'));
    waits.watch(STREAM, 1, waitFor('a', 1_000));
    expect(waits.size).toBe(1);
    jest.advanceTimersByTime(1_000);
    expect(waits.size).toBe(0);
    deliver(1);
    expect(replies).toEqual([]);
  });

  it('watches no more messages than it may', () => {
    const { waits, connect, start, deliver, drops, replies } = setUp(1);
    start(connect());
    waits.watch(STREAM, 1, waitFor('a'));
    waits.watch(STREAM, 1, waitFor('b'));
    expect([waits.size, drops()]).toEqual([1, 1]);
    deliver(1);
    waits.watch(STREAM, 2, waitFor('c'));
    expect([waits.size, drops(), replies.length]).toEqual([1, 1, 1]);
  });
});

describe('AnswerWaits for an acknowledgement', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const untilAcked = (id: string, inMs?: number): Wait => ({ ...waitFor(id, inMs), until: 'acked' });

  it('answers when the user acknowledges it, or beyond it, and says on which device', () => {
    const { waits, replies, connect, start, deliver } = setUp();
    const connection = connect('phone');
    start(connection);
    deliver(1);
    waits.watch(STREAM, 2, untilAcked('a'));
    waits.watch(STREAM, 4, untilAcked('later'));
    waits.acknowledged(connection, 1);
    expect(replies).toEqual([]);
    waits.acknowledged(connection, 3);
    expect(replies).toEqual([['a', { name: 'outcome', outcome: 'acked', device: 'phone' }]]);
    expect(waits.size).toBe(1);
  });

  it('answers at once where it has been acknowledged', () => {
    const { waits, replies, connect } = setUp();
    connect().acked = 5;
    waits.watch(STREAM, 5, untilAcked('a'));
    expect(replies).toEqual([['a', { name: 'outcome', outcome: 'acked' }]]);
  });

  it('waits no longer than somebody does', () => {
    const { waits, replies, connect } = setUp();
    const connection = connect();
    waits.watch(STREAM, 1, untilAcked('a', 1_000));
    jest.advanceTimersByTime(1_000);
    expect(waits.size).toBe(0);
    waits.acknowledged(connection, 1);
    expect(replies).toEqual([]);
  });
});
