import { setTimeout as delay } from 'node:timers/promises';
import { type DeliveryLedger } from '../cluster';
import { type DemoPayload } from './receivers';

/** What to send, where, and how fast. */
export interface SenderOptions {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly users: readonly string[];
  readonly messages: number;
  readonly messagesPerSecond: number;
  readonly ledger: DeliveryLedger;
}

const ANSWER_TIMEOUT_MS = 10_000;

/** Sends to each user in turn through the HTTP API, at a steady rate whatever happens meanwhile; resolves when every message has its answer. */
export async function sendSteadily(options: SenderOptions): Promise<void> {
  const { users, messages, messagesPerSecond } = options;
  // The API promises an order only between a message and those that are sent after its answer: hence one at a time to each user.
  const turns = new Map<string, Promise<void>>();
  const startedAtMs = performance.now();
  let sent = 0;
  while (sent < messages) {
    const due = Math.min(messages, Math.ceil(((performance.now() - startedAtMs) * messagesPerSecond) / 1_000));
    for (; sent < due; sent += 1) {
      const user = users[sent % users.length] ?? '';
      turns.set(
        user,
        (turns.get(user) ?? Promise.resolve()).then(() => send(user, options)),
      );
    }
    await delay(1);
  }
  await Promise.all(turns.values());
}

async function send(user: string, { apiUrl, apiKey, ledger }: SenderOptions): Promise<void> {
  const data: DemoPayload = { number: ledger.nextNumber(user), sentAtMs: performance.now() };
  const isAccepted = await fetch(`${apiUrl}/v1/users/${user}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ data }),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status === 202;
    },
    () => false,
  );
  if (isAccepted) ledger.noteAccepted(user, data.number);
  else ledger.noteRefused();
}
