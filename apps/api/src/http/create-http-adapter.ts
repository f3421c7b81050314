import { maxHeaderSize, type ServerOptions } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { SwitchboardError } from '@switchboard/protocol';
import { AllowedMethods } from './allowed-methods';
import { checkEncoding } from './check-encoding';
import { mostBodyBytes } from './most-body-bytes';
import { NDJSON } from './ndjson';
import { sendProblem } from './problem-document';
import { refuseBrokenRequest } from './refuse-broken-request';
import { requestIdOf } from './request-id';
import { toSwitchboardError } from './to-switchboard-error';

const SECOND_MS = 1_000;

/** How much longer than its timeout a request can last, since Node looks only so often; its default is 30 s. */
const MOST_OVERTIME_MS = 5 * SECOND_MS;

/** How the HTTP side of an app behaves. */
export interface HttpAdapterOptions {
  readonly keepAliveMs: number;
  readonly requestTimeoutMs: number;
  /** The largest `data`; a body may be a little larger. */
  readonly dataBytes: number;
  /** The class of requests, where an app tells some of them apart before HTTP does. */
  readonly IncomingMessage?: ServerOptions['IncomingMessage'];
}

/**
 * The Fastify adapter for an app that imports `ApiModule`; create the app with `bodyParser: false`. JSON bodies arrive in handlers as
 * bytes, those of lines as streams, every refusal is a problem document, parameters of paths may be as long as a request's head, and requests that arrive while the app
 * closes are still answered.
 */
export function createHttpAdapter({ keepAliveMs, requestTimeoutMs, dataBytes, IncomingMessage }: HttpAdapterOptions): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: mostBodyBytes(dataBytes),
    keepAliveTimeout: keepAliveMs,
    requestTimeout: requestTimeoutMs,
    http: {
      connectionsCheckingInterval: Math.min(requestTimeoutMs, MOST_OVERTIME_MS),
      ...(IncomingMessage === undefined ? {} : { IncomingMessage }),
    },
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: requestIdOf,
    routerOptions: { maxParamLength: maxHeaderSize },
    clientErrorHandler: refuseBrokenRequest,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      sendProblem(reply, toSwitchboardError(error), request.id);
    },
  });
  // Node swaps the two where the head may take longer than the request, and then bodies could take as long as heads. It counts from the first
  // byte, so that a connection may be idle for longer than either.
  adapter.getInstance().server.headersTimeout = requestTimeoutMs;
  takeBodies(adapter);
  addHooks(adapter);
  return adapter;
}

/** JSON as bytes; lines as a stream, where the route takes them: whoever reads it bounds it. */
function takeBodies(adapter: FastifyAdapter): void {
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  fastify.addContentTypeParser(NDJSON, (request, payload, done) => {
    if (request.routeOptions.config.body === 'lines') done(null, payload);
    else done(new SwitchboardError('unsupported_media_type'));
  });
}

function addHooks(adapter: FastifyAdapter): void {
  const fastify = adapter.getInstance();
  const allowedMethods = new AllowedMethods();
  fastify.addHook('onRoute', ({ url, method }) => {
    allowedMethods.add(url, typeof method === 'string' ? [method] : method);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    if (!request.is404) {
      // Not in the parser: after an error there the connection is closed, and with it requests that follow.
      checkEncoding(request.headers);
      done();
      return;
    }
    const [path = ''] = request.url.split('?', 1);
    const methods = allowedMethods.of(path);
    if (methods.length > 0) reply.header('allow', methods.join(', '));
    done(new SwitchboardError(methods.length > 0 ? 'method_not_allowed' : 'not_found'));
  });
}
