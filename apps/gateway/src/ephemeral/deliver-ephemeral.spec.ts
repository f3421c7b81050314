import { type EphemeralEvent, type Wait } from '@switchboard/protocol/events';
import { ClientConnection } from '../connections/client-connection';
import { ConnectionIndex } from '../connections/connection-index';
import { type ClientSocket } from '../sockets/client-socket';
import { Subscription } from '../streams/subscription';
import { DeliverEphemeral } from './deliver-ephemeral';
import { type DropReason } from './ephemeral-message';
import { FanOutEphemeral } from './fan-out-ephemeral';
import { WriteEphemeral } from './write-ephemeral';

const WAIT: Wait = { slot: 9, id: 'request', until: 'written', deadlineMs: 100 };
const EVENT: EphemeralEvent = {
  kind: 'ephemeral',
  to: { stream: 'user:42' },
  id: 'i',
  timeMs: 0,
  expiresAtMs: 10,
  content: Buffer.from('"data":1}'),
};

describe('Delivering ephemeral messages', () => {
  const index = new ConnectionIndex();
  const frames: Buffer[] = [];
  const drops: DropReason[] = [];
  const answered: ClientConnection[] = [];
  const subscriptions: Subscription[] = [];
  let nowMs = 0;
  const clock = { databaseNowMs: () => nowMs, dropped: (reason: DropReason) => drops.push(reason) };
  const writer = new WriteEphemeral({ held: { messages: 1, bytes: 1 }, mostHeldBytes: 1, ...clock });
  const streams = { subscribers: () => subscriptions };
  const fanOut = new FanOutEphemeral({ streams, writer, defer: setImmediate, sliceSize: 10, mostWaiting: 10, ...clock });
  const answerWaits = { answer: (_: Wait, connection: ClientConnection) => answered.push(connection) };
  const deliverEphemeral = new DeliverEphemeral({ connections: index, writer, fanOut, answerWaits, ...clock });
  const texts = (): string[] => frames.map((frame) => frame.subarray(2).toString());

  const connect = (hasRoom = true): ClientConnection => {
    const socket = { hasRoom, write: (frame: Buffer) => frames.push(frame) };
    const connection = new ClientConnection(socket as unknown as ClientSocket, undefined);
    connection.identity = { user: '42', channels: [], publish: [], expiresAtMs: 0 };
    connection.phase = 'ready';
    index.add(connection);
    subscriptions.push(new Subscription(connection.socket));
    return connection;
  };

  beforeEach(() => {
    for (const connection of index.ofUser('42')) index.remove(connection);
    for (const list of [frames, drops, answered, subscriptions]) list.length = 0;
    nowMs = 0;
  });

  it('writes one frame to all who follow the stream', () => {
    connect();
    connect();
    expect(deliverEphemeral.deliver(EVENT)).toBe(true);
    const frame = '{"type":"message","stream":"user:42","id":"i","time":"1970-01-01T00:00:00.000Z","data":1}';
    expect(texts()).toEqual([frame, frame]);
  });

  it('writes to one connection, by its id', () => {
    const [one] = [connect(), connect()];
    expect(deliverEphemeral.deliver({ ...EVENT, to: { connection: one.id } })).toBe(true);
    expect(texts()).toEqual([expect.stringContaining(`"stream":"connection:${one.id}","id":"i"`)]);
  });

  it('writes nothing to a connection that is not ready, or not here', () => {
    const one = connect();
    one.phase = 'opening';
    expect(deliverEphemeral.deliver({ ...EVENT, to: { connection: one.id } })).toBe(false);
    expect(deliverEphemeral.deliver({ ...EVENT, to: { connection: 'elsewhere' } })).toBe(false);
    expect(frames).toEqual([]);
  });

  it('drops what has expired on its way', () => {
    connect();
    nowMs = 10;
    expect(deliverEphemeral.deliver(EVENT)).toBe(false);
    expect(frames).toEqual([]);
    expect(drops).toEqual(['expired']);
  });

  it('tells who waits, once, that it was written, and to which connection', () => {
    connect(false);
    const [first] = [connect(), connect()];
    deliverEphemeral.deliver({ ...EVENT, wait: WAIT });
    expect(answered).toEqual([first]);
    deliverEphemeral.deliver({ ...EVENT, to: { connection: first.id }, wait: WAIT });
    expect(answered).toEqual([first, first]);
  });
});
