import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Metrics } from '@switchboard/observability';
import { type SwitchboardError } from '@switchboard/protocol';
import { sendProblem, statusOf } from './problem-document';
import { toSwitchboardError } from './to-switchboard-error';

/** While something is away, every request fails alike; one line in this time tells why. */
const WARN_AGAIN_MS = 10_000;

/** Answers whatever is thrown on the way of a request with a problem document, and logs what is our own fault. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');
  private warnedAtMs = -Infinity;

  constructor(private readonly metrics: Metrics) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = toSwitchboardError(thrown);
    this.log(error, thrown, { requestId: request.id, route: request.routeOptions.url ?? 'unknown', code: error.code });
    if (request.routeOptions.config.scope === 'send') this.metrics.set.messagesRefused.inc({ code: error.code });
    if (!reply.sent) sendProblem(reply, error, request.id);
  }

  private log(error: SwitchboardError, thrown: unknown, fields: object): void {
    if (error.code === 'internal') {
      this.logger.error('A request failed.', error.cause ?? thrown, fields);
    } else if (statusOf(error.code) === 503 && performance.now() - this.warnedAtMs >= WARN_AGAIN_MS) {
      this.warnedAtMs = performance.now();
      this.logger.warn('Requests fail, this one among them.', error.cause ?? thrown, fields);
    } else {
      this.logger.debug('A request was refused.', fields);
    }
  }
}
