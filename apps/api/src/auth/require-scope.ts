import { RouteConfig } from '@nestjs/platform-fastify';
import { type ApiScope } from '@switchboard/config';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that the API key of a request must have. */
    readonly scope?: ApiScope;
    /** The query parameters that the route takes; others are refused. */
    readonly query?: readonly string[];
    /** Whether the body is one JSON value, or a stream of lines with one each. */
    readonly body?: 'json' | 'lines';
  }
}

/**
 * The API key of a request to this route must have `scope`. Under `/v1/` every route says one; without, nobody may call it.
 * @param query the query parameters that the route takes; each at most once
 * @param body with `lines` it reaches the handler as a stream
 */
export function RequireScope(scope: ApiScope, query: readonly string[] = [], body: 'json' | 'lines' = 'json'): MethodDecorator {
  return RouteConfig({ scope, query, body });
}
