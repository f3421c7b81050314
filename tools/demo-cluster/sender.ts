import { setTimeout as delay } from 'node:timers/promises';
import { PostLane, type DeliveryLedger, type PostTarget } from '../cluster';
import { type DemoPayload } from './receivers';

/** What to send, where, and how fast. */
export interface SenderOptions extends PostTarget {
  readonly users: readonly string[];
  readonly messages: number;
  readonly messagesPerSecond: number;
  readonly ledger: DeliveryLedger;
}

const LANES = 50;
const ACCEPTED = 202;

/** Sends to each user in turn through the HTTP API, at a steady rate whatever happens meanwhile; resolves when every message has its answer. */
export async function sendSteadily(options: SenderOptions): Promise<void> {
  const { users, messages, messagesPerSecond } = options;
  // The API promises an order only between a message and those that are sent after its answer: hence each user has a lane.
  const lanes = Array.from({ length: LANES }, () => new PostLane(options));
  const answers: Promise<void>[] = [];
  const startedAtMs = performance.now();
  while (answers.length < messages) {
    const due = Math.min(messages, Math.ceil(((performance.now() - startedAtMs) * messagesPerSecond) / 1_000));
    while (answers.length < due) {
      const index = answers.length % users.length;
      answers.push(send(users[index] ?? '', lanes[index % LANES], options.ledger));
    }
    await delay(1);
  }
  await Promise.all(answers);
  for (const lane of lanes) lane.close();
}

async function send(user: string, lane: PostLane | undefined, ledger: DeliveryLedger): Promise<void> {
  const data: DemoPayload = { number: ledger.nextNumber(user), sentAtMs: performance.now() };
  const status = await lane?.post(`/v1/users/${user}/messages`, JSON.stringify({ data }));
  if (status === ACCEPTED) ledger.noteAccepted(user, data.number);
  else ledger.noteRefused();
}
