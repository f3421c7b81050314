import { Logger } from '@nestjs/common';
import { type Metrics } from '@switchboard/observability';
import { SwitchboardError } from '@switchboard/protocol';
import { addressedSendBody, readSendBody, type ServiceTarget } from '@switchboard/protocol/schemas';
import { mostBodyBytes } from '../http/most-body-bytes';
import { toSwitchboardError } from '../http/to-switchboard-error';
import { type MessageOfService, type SendMessage } from '../messages/send-message';
import { failureOf } from '../messages/send-result';
import { BatchCounts } from './batch-counts';
import { OrderedResults } from './ordered-results';
import { SendWindow, type SendWindowLimits } from './send-window';
import { SplitLines, type Line } from './split-lines';

const SPACE = 0x20;

/** What sending a batch needs. */
export interface SendBatchParts {
  readonly sendMessage: Pick<SendMessage, 'toOne' | 'toUsers'>;
  readonly metrics: Metrics;
  /** The largest `data` of a message. */
  readonly dataBytes: number;
  /** What one batch may have under way. */
  readonly window: SendWindowLimits;
}

/**
 * Sends one batch: a message a line, a result a line, in the same order. A bad line fails alone. Messages to one stream get their numbers in the
 * order of the lines; a line that repeats the idempotency key of an earlier one gets its answer. Blank lines are skipped.
 *
 * Reading waits for the log, and never for whoever reads the results: those are handed to `write` at once. A batch is bounded in lines,
 * bytes and messages, and so are they.
 */
export class SendBatch {
  private readonly logger = new Logger(SendBatch.name);
  private readonly lines: SplitLines;
  private readonly window: SendWindow;
  private readonly results: OrderedResults;
  private readonly counts = new BatchCounts();

  /**
   * @param keyName the name of the API key that sends it
   * @param write takes some lines of results
   */
  constructor(
    private readonly parts: SendBatchParts,
    private readonly keyName: string,
    write: (text: string) => void,
  ) {
    this.lines = new SplitLines(mostBodyBytes(parts.dataBytes));
    this.window = new SendWindow(parts.window);
    this.results = new OrderedResults(write, setImmediate);
  }

  /**
   * Resolves once all results are written. Of a batch that is over its bounds the last result says so, and the rest is not read.
   * @throws what `body` throws; what was read until then is sent all the same
   */
  async send(body: AsyncIterable<Buffer>): Promise<void> {
    try {
      for await (const chunk of body) {
        this.counts.addBytes(chunk.length);
        await this.takeAll(this.lines.add(chunk));
      }
      await this.takeAll(this.lines.end());
    } catch (error) {
      if (!(error instanceof SwitchboardError)) throw error;
      this.refuse(this.results.next(), error);
    }
    await this.results.finished();
  }

  private async takeAll(lines: Iterable<Line>): Promise<void> {
    for (const line of lines) {
      if (line !== 'too_long' && isBlank(line)) continue;
      this.counts.addLine();
      const result = this.results.next();
      try {
        await this.take(line, result);
      } catch (error) {
        this.refuse(result, error);
      }
    }
  }

  /** Begins to send a line, as soon as there is room for it. */
  private async take(line: Line, result: (text: string) => void): Promise<void> {
    if (line === 'too_long') throw new SwitchboardError('too_large', 'The line is longer than a body may be.');
    const { fields, data } = readSendBody(addressedSendBody, line, this.parts.dataBytes);
    const { to, ...options } = fields;
    const count = 'users' in to ? to.users.length : 1;
    this.counts.addMessages(count);
    if (!this.window.hasRoom(count, line.length)) await this.window.waitForRoom(count, line.length);
    this.window.enter(count, line.length);
    this.sendOne(to, { keyName: this.keyName, fields: options, data, whenRunning: 'wait' })
      .then(
        (answer) => {
          result(textOf(answer));
        },
        (error: unknown) => {
          this.refuse(result, error);
        },
      )
      .finally(() => {
        this.window.leave(count, line.length);
      });
  }

  private async sendOne(to: ServiceTarget, message: MessageOfService): Promise<object> {
    const { sendMessage } = this.parts;
    if ('users' in to) return { results: await sendMessage.toUsers(to.users, message) };
    const { result, isReplay } = await sendMessage.toOne(to, message);
    return isReplay ? { ...result, replayed: true } : result;
  }

  private refuse(result: (text: string) => void, thrown: unknown): void {
    const error = toSwitchboardError(thrown);
    if (error.code === 'internal') this.logger.error('A line of a batch failed.', error.cause ?? thrown);
    this.parts.metrics.set.messagesRefused.inc({ code: error.code });
    result(textOf(failureOf(error)));
  }
}

function textOf(answer: object): string {
  return `${JSON.stringify(answer)}\n`;
}

/** Space, tabs, and the carriage return of those who end lines with two characters. */
function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte <= SPACE);
}
