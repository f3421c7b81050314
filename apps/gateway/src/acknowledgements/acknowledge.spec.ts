import fc from 'fast-check';
import { type Acknowledgement } from '@switchboard/message-log';
import { type ServerFrame } from '@switchboard/protocol';
import { ClientConnection } from '../connections/client-connection';
import { type ClientSocket } from '../sockets/client-socket';
import { Subscription } from '../streams/subscription';
import { Acknowledge } from './acknowledge';

const OWN = 'user:42';

function setUp({
  position = 10,
  phase = 'ready',
  state = 'live',
}: { position?: number; phase?: 'opening' | 'ready'; state?: 'starting' | 'live' } = {}) {
  const told: ServerFrame[] = [];
  const kept: Acknowledgement[] = [];
  const heard: number[] = [];
  const connection = new ClientConnection({ send: (frame: ServerFrame) => told.push(frame) } as unknown as ClientSocket, undefined);
  connection.identity = { user: '42', channels: [], publish: [], expiresAtMs: Infinity, device: 'phone' };
  connection.phase = phase;
  const subscription = new Subscription({ write: () => true, hasRoom: true });
  subscription.position = position;
  subscription.state = state;
  connection.subscriptions.set(OWN, subscription);
  connection.subscriptions.set('channel:news', subscription);
  const acknowledge = new Acknowledge({
    keep: { keep: (acknowledgement) => kept.push(acknowledgement) },
    acknowledged: (_, seq) => heard.push(seq),
    refused: () => undefined,
  });
  const ack = (streams: Record<string, number>): void => {
    acknowledge.handle(connection, { type: 'ack', streams });
  };
  return { ack, told, kept, heard, connection, subscription };
}

const refusal = (stream: string) => ({
  type: 'error',
  code: 'ack_out_of_range',
  stream,
  message: expect.any(String) as string,
  retryable: false,
});

describe('Acknowledge', () => {
  it('keeps what was sent and tells those who wait', () => {
    const { ack, told, kept, heard } = setUp();
    ack({ [OWN]: 7 });
    ack({ [OWN]: 10 });
    expect(kept).toEqual([7, 10].map((seq) => ({ user: '42', device: 'phone', seq })));
    expect(heard).toEqual([7, 10]);
    expect(told).toEqual([]);
  });

  it.each([
    ['beyond what was sent', { [OWN]: 11 }, OWN],
    ['of a huge seq', { [OWN]: Number.MAX_SAFE_INTEGER }, OWN],
    ['of a channel', { 'channel:news': 1 }, 'channel:news'],
    ['of everyone', { everyone: 0 }, 'everyone'],
    ['of another user', { 'user:7': 1 }, 'user:7'],
    ['of no stream at all', { nonsense: 1 }, 'nonsense'],
  ])('refuses one %s, which changes nothing', (_, streams, stream) => {
    const { ack, told, kept, connection } = setUp();
    ack(streams);
    expect(told).toEqual([refusal(stream)]);
    expect([kept, connection.acked]).toEqual([[], -1]);
  });

  it('refuses any before it is said where the stream begins', () => {
    for (const options of [{ phase: 'opening' as const }, { state: 'starting' as const }]) {
      const { ack, told } = setUp(options);
      ack({ [OWN]: 0 });
      expect(told).toEqual([refusal(OWN)]);
    }
  });

  it('judges each stream of a frame by itself', () => {
    const { ack, told, kept } = setUp();
    ack({ 'user:7': 1, [OWN]: 3 });
    expect(told).toEqual([refusal('user:7')]);
    expect(kept).toHaveLength(1);
  });

  it('never goes back, and never beyond what was sent, whatever comes', () => {
    const step = fc.oneof(fc.record({ ack: fc.nat(30) }), fc.record({ send: fc.nat(3) }));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { ack, kept, subscription } = setUp({ position: 0 });
        for (const each of steps) {
          if ('send' in each) subscription.position += each.send;
          else ack({ [OWN]: each.ack });
          const seqs = kept.map(({ seq }) => seq);
          expect(seqs).toEqual([...seqs].sort((one, other) => one - other));
          expect(new Set(seqs).size).toBe(seqs.length);
          expect(seqs.at(-1) ?? 0).toBeLessThanOrEqual(subscription.position);
        }
      }),
    );
  });
});
