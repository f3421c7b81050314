import { type Command, type Reply } from '@switchboard/protocol/events';
import { type SendReply } from '@switchboard/routing';
import { FakeTimers } from '@switchboard/testing';
import { ClientConnection } from '../connections/client-connection';
import { ConnectionIndex } from '../connections/connection-index';
import { type Drain } from '../server/drain';
import { type ClientSocket } from '../sockets/client-socket';
import { CloseInPaces } from './close-in-paces';
import { HandleCommand } from './handle-command';

function setUp() {
  const timers = new FakeTimers();
  const connections = new ConnectionIndex();
  const closing = new CloseInPaces(timers);
  const replies: Reply[] = [];
  const closes: string[] = [];
  const drain = { start: jest.fn() };
  const observer = { taken: jest.fn(), refused: jest.fn() };
  const sendReply = { send: (_: unknown, reply: Reply) => replies.push(reply) } as unknown as SendReply;
  const followMemberships = { refresh: jest.fn(() => Promise.resolve()) };
  const parts = { followMemberships, serverId: 's1', connections, closing, drain: drain as unknown as Drain, sendReply, observer };
  const handler = new HandleCommand(parts);
  const connect = (user: string): ClientConnection => {
    const socket = { close: ({ code }: { code: number }) => closes.push(`${user} ${String(code)}`), send: jest.fn() };
    const connection = new ClientConnection(socket as unknown as ClientSocket, undefined);
    connection.identity = { user, channels: [], publish: [], expiresAtMs: Infinity };
    connection.phase = 'ready';
    connections.add(connection);
    return connection;
  };
  const tell = (command: Command): Reply | undefined => {
    replies.length = 0;
    handler.handle({ kind: 'command', command, replyTo: { slot: 2, id: 'r' } });
    return replies[0];
  };
  return { timers, connect, tell, closes, drain, observer, handler, closing, replies, followMemberships };
}

const administrator = { name: 'close', reason: 'administrator' } as const;
const done = (connections: number): Reply => ({ name: 'done', server: 's1', connections });

describe('HandleCommand', () => {
  it('closes one connection, all of a user, or all of this server, and says how many', () => {
    const { connect, tell, closes } = setUp();
    const one = connect('7');
    for (const user of ['42', '42', '8']) connect(user);
    expect(tell({ ...administrator, whose: { connection: one.id } })).toEqual(done(1));
    expect(closes).toEqual(['7 4503']);
    expect(tell({ ...administrator, whose: { user: '42' } })).toEqual(done(2));
    expect(closes.slice(1)).toEqual(['42 4503', '42 4503']);
    tell({ ...administrator, whose: { server: 's1' } });
    expect(closes.slice(3)).toEqual(['8 4503']);
  });

  it('closes nothing that it does not hold', () => {
    const { connect, tell, closes } = setUp();
    connect('7');
    expect(tell({ ...administrator, whose: { connection: 'elsewhere' } })).toEqual(done(0));
    expect(tell({ ...administrator, whose: { user: '42' } })).toEqual(done(0));
    expect(tell({ ...administrator, whose: { server: 'its former owner' } })).toBeUndefined();
    expect(closes).toEqual([]);
  });

  it('tells a client that a newer connection took its place', () => {
    const { connect, tell, closes } = setUp();
    const { id, socket } = connect('7');
    tell({ name: 'close', reason: 'replaced', whose: { connection: id } });
    expect(closes).toEqual(['7 4506']);
    expect((socket.send as jest.Mock).mock.calls).toEqual([[expect.objectContaining({ code: 'replaced' })]]);
  });

  it('closes one at a pace as well', () => {
    const { connect, tell, closes, timers } = setUp();
    connect('42');
    expect(tell({ ...administrator, whose: { user: '42' }, perSecond: 10 })).toEqual(done(1));
    expect([closes, timers.pending]).toEqual([['42 4503'], 0]);
  });

  it('closes no more per second than it is told', async () => {
    const { connect, tell, closes, timers } = setUp();
    for (let count = 0; count < 40; count += 1) connect('42');
    expect(tell({ ...administrator, whose: { user: '42' }, perSecond: 10 })).toEqual(done(40));
    await timers.advance(2_000);
    expect(closes.length).toBeGreaterThan(15);
    expect(closes.length).toBeLessThanOrEqual(25);
    await timers.advance(3_000);
    expect(closes).toHaveLength(40);
    expect(timers.pending).toBe(0);
  });

  it('drops a closing while too many are under way, and ends them all when the server stops', async () => {
    const { connect, tell, closes, timers, closing, observer } = setUp();
    for (let count = 0; count < 1_000; count += 1) connect('42');
    const closeSlowly = () => tell({ ...administrator, whose: { user: '42' }, perSecond: 1 });
    for (let count = 0; count < 100; count += 1) expect(closeSlowly()).toEqual(done(1_000));
    expect(closeSlowly()).toBeUndefined();
    expect(observer.refused).toHaveBeenCalledTimes(1);
    closing.stop();
    const before = closes.length;
    await timers.advance(60_000);
    expect(closes).toHaveLength(before);
  });

  it('drains this server, but not another that had its slot', () => {
    const { connect, tell, drain } = setUp();
    connect('7');
    expect(tell({ name: 'drain', server: 's0' })).toBeUndefined();
    expect(drain.start).not.toHaveBeenCalled();
    expect(tell({ name: 'drain', server: 's1' })).toEqual(done(1));
    expect(drain.start).toHaveBeenCalledTimes(1);
  });

  it('applies the memberships of a user', () => {
    const { connect, tell, followMemberships } = setUp();
    connect('42');
    expect(tell({ name: 'membership', user: '42' })).toEqual(done(1));
    expect(followMemberships.refresh).toHaveBeenCalledWith('42');
  });

  it('leaves unanswered what it does not know, and answers nobody who does not wait', () => {
    const { tell, handler, replies } = setUp();
    expect(tell({ name: 'dance' } as unknown as Command)).toBeUndefined();
    handler.handle({ kind: 'command', command: { ...administrator, whose: { user: '42' } } });
    expect(replies).toEqual([]);
  });
});
