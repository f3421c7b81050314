import { decodeBusEvent, type CommandEvent, type Reply } from '@switchboard/protocol/events';
import { AwaitReplies } from './await-replies';
import { SendCommand } from './send-command';

const DRAIN = { name: 'drain', server: 'one' } as const;
const TIMEOUT_MS = 1_000;

/** Servers on slots; those that are not in `answers` say nothing, and the bus does not reach those of `away`. */
function setUp(answers: Record<number, string>, away: readonly number[] = []) {
  const awaitReplies = new AwaitReplies({ slot: 9, databaseOffsetMs: 0 }, 10);
  const told: [slot: number, event: CommandEvent][] = [];
  const counts = { sent: 0, failed: 0 };
  const publish = (slot: number, bytes: Buffer): Promise<void> => {
    if (away.includes(slot)) return Promise.reject(new Error('away'));
    const event = decodeBusEvent(bytes) as CommandEvent;
    told.push([slot, event]);
    const server = answers[slot];
    const reply: Reply = { name: 'done', server: server ?? '', connections: slot };
    if (server !== undefined && event.replyTo !== undefined) awaitReplies.replied(event.replyTo.id, reply);
    return Promise.resolve();
  };
  const observer = { commandSent: () => (counts.sent += 1), commandFailed: () => (counts.failed += 1) };
  return { sendCommand: new SendCommand(awaitReplies, { publish }, observer), awaitReplies, told, counts };
}

describe('SendCommand', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('resolves once all have confirmed', async () => {
    const { sendCommand, told, counts } = setUp({ 1: 'one', 2: 'two' });
    await expect(sendCommand.ask([1, 2], DRAIN, TIMEOUT_MS)).resolves.toEqual([
      { name: 'done', server: 'one', connections: 1 },
      { name: 'done', server: 'two', connections: 2 },
    ]);
    expect(told.map(([slot, { command, replyTo }]) => [slot, command, replyTo?.slot])).toEqual([
      [1, DRAIN, 9],
      [2, DRAIN, 9],
    ]);
    expect(counts).toEqual({ sent: 2, failed: 0 });
  });

  it('resolves with those that confirmed when the time is over', async () => {
    const { sendCommand } = setUp({ 1: 'one' });
    const answer = sendCommand.ask([1, 2], DRAIN, TIMEOUT_MS);
    await jest.advanceTimersByTimeAsync(TIMEOUT_MS);
    await expect(answer).resolves.toMatchObject([{ server: 'one' }]);
  });

  it('does not wait for those that the bus does not reach', async () => {
    const { sendCommand, counts } = setUp({ 1: 'one' }, [2]);
    await expect(sendCommand.ask([1, 2], DRAIN, TIMEOUT_MS)).resolves.toMatchObject([{ server: 'one' }]);
    expect(counts).toEqual({ sent: 1, failed: 1 });
  });

  it('tells nobody what it could not hear the answer to', async () => {
    const { sendCommand, told, awaitReplies } = setUp({ 1: 'one' });
    awaitReplies.close();
    await expect(sendCommand.ask([1], DRAIN, TIMEOUT_MS)).rejects.toMatchObject({ code: 'unavailable' });
    expect(told).toEqual([]);
  });

  it('expects no answer to a hint, and does not fail by it', async () => {
    const { sendCommand, told, awaitReplies } = setUp({}, [2]);
    await sendCommand.hint([1, 2], DRAIN);
    expect(told).toEqual([[1, { kind: 'command', command: DRAIN }]]);
    expect(awaitReplies.size).toBe(0);
  });
});
