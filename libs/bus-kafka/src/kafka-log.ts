import { Logger } from '@nestjs/common';
import { logLevel, type logCreator } from 'kafkajs';

/** Lines that a healthy start causes: kafkajs logs an error before it tries again, and we ask for a topic that may not exist yet. */
const KNOWN_NOISE = [
  'This server does not host this topic-partition',
  'Topic with this name already exists',
  'There is no leader for this topic-partition',
  'Limiting retries for the idempotent producer',
  'The group coordinator is not available',
  'The coordinator is loading',
];

/** The same line is shown once in this time: while a broker is away, each connection logs several a second. */
const REPEAT_AFTER_MS = 30_000;
/** Above this many different lines the memory of what was shown is dropped. */
const MOST_REMEMBERED = 200;

const logger = new Logger('Kafka');
const shownAtMs = new Map<string, number>();

/**
 * Takes the log of kafkajs to Nest's, a level lower than kafkajs thinks: whatever fails in the end is reported by the bus itself, so
 * its errors are warnings, and the known noise and repeats are debugging output.
 */
export const kafkaLog: logCreator = () => (entry) => {
  const error: unknown = entry.log['error'];
  const text = `${entry.namespace}: ${entry.log.message}${typeof error === 'string' ? `: ${error}` : ''}`;
  if (entry.level <= logLevel.WARN && !isNoise(text) && !isRepeat(text)) logger.warn(text);
  else logger.debug(text);
};

function isNoise(text: string): boolean {
  return KNOWN_NOISE.some((noise) => text.includes(noise));
}

function isRepeat(text: string): boolean {
  const nowMs = Date.now();
  if (nowMs - (shownAtMs.get(text) ?? -Infinity) < REPEAT_AFTER_MS) return true;
  if (shownAtMs.size >= MOST_REMEMBERED) shownAtMs.clear();
  shownAtMs.set(text, nowMs);
  return false;
}
