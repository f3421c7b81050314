import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Controller, HttpCode, Inject, Logger, Post, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Metrics } from '@switchboard/observability';
import { BOUNDS, SwitchboardError } from '@switchboard/protocol';
import { API_OPTIONS, type ApiOptions } from '../api-options';
import { keyOf } from '../auth/authorize';
import { RequireScope } from '../auth/require-scope';
import { NDJSON } from '../http/ndjson';
import { SendMessage } from '../messages/send-message';
import { SendBatch } from './send-batch';

/** How long a caller may take for its results once they are all there. */
const TAKE_RESULTS_MS = 60_000;
/** Of one batch under way, besides what the log holds of it. */
const WINDOW_BYTES = 4 * 1_024 * 1_024;

/** Takes batches of messages from services. */
@Controller('v1/messages')
export class BatchController {
  private readonly logger = new Logger(BatchController.name);
  private running = 0;

  constructor(
    private readonly sendMessage: SendMessage,
    private readonly metrics: Metrics,
    @Inject(API_OPTIONS) private readonly options: ApiOptions,
  ) {
    metrics.measure('batches', () => this.running);
  }

  /** A message a line; answered with a result a line, in order, while the request is still being read. */
  @Post('batch')
  @HttpCode(200)
  @RequireScope('send', [], 'lines')
  async send(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const body = this.check(request, reply);
    this.running += 1;
    try {
      await this.answer(body, keyOf(request).name, reply);
    } finally {
      this.running -= 1;
    }
  }

  /** What is refused as a whole, before anything of it is read. */
  private check({ headers, body }: FastifyRequest, reply: FastifyReply): Readable {
    if (!(body instanceof Readable)) throw new SwitchboardError('unsupported_media_type', `The content type of a batch is ${NDJSON}.`);
    // Else the whole of it would be taken, and thrown away.
    reply.header('connection', 'close');
    if (headers['idempotency-key'] !== undefined)
      throw new SwitchboardError('invalid_field', 'Idempotency-Key: in a batch each line has its own idempotencyKey');
    if (Number(headers['content-length'] ?? 0) > BOUNDS.batchBytes)
      throw new SwitchboardError('too_large', `A batch has at most ${String(BOUNDS.batchBytes)} bytes.`);
    if (this.running >= this.options.mostBatches) throw new SwitchboardError('overloaded', 'Too many batches are being sent.');
    reply.removeHeader('connection');
    return body;
  }

  private async answer(body: Readable, keyName: string, reply: FastifyReply): Promise<void> {
    const { sendMessage, metrics, options } = this;
    // What the caller does not take yet waits here, however much it is: the batch is bounded, and so are its results.
    const results = new PassThrough();
    const window = { messages: options.batchWindow, bytes: WINDOW_BYTES };
    const batch = new SendBatch({ sendMessage, metrics, dataBytes: options.dataBytes, window }, keyName, (text) => {
      if (!results.destroyed) results.write(text);
    });
    void reply.type(`${NDJSON}; charset=utf-8`).send(results);
    try {
      await batch.send(body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>);
    } catch (error) {
      if (body.destroyed) this.logger.debug('The caller left in the middle of its batch.', error);
      else this.logger.error('A batch failed.', error);
      results.destroy();
      return;
    }
    results.end();
    // What is left of a batch over its bounds is thrown away, so that the caller, who may still be sending, gets the results.
    body.resume();
    await taken(reply);
  }
}

/** Resolves once the caller has the answer, has left, or did not take it in time. */
async function taken({ raw }: FastifyReply): Promise<void> {
  const timer = setTimeout(() => raw.destroy(), TAKE_RESULTS_MS).unref();
  await finished(raw).catch(() => undefined);
  clearTimeout(timer);
}
