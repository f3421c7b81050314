import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Metrics } from '@switchboard/observability';
import { sendProblem } from './problem-document';
import { toSwitchboardError } from './to-switchboard-error';

/** Answers whatever is thrown on the way of a request with a problem document, and logs what is our own fault. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  constructor(private readonly metrics: Metrics) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = toSwitchboardError(thrown);
    const route = request.routeOptions.url ?? 'unknown';
    if (error.code === 'internal') this.logger.error('A request failed.', thrown, { requestId: request.id, route });
    else this.logger.debug('A request was refused.', { requestId: request.id, route, code: error.code });
    if (request.routeOptions.config.scope === 'send') this.metrics.set.messagesRefused.inc({ code: error.code });
    if (!reply.sent) sendProblem(reply, error, request.id);
  }
}
