import { RouteConfig } from '@nestjs/platform-fastify';
import { type ApiScope } from '@switchboard/config';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that the API key of a request must have. */
    readonly scope?: ApiScope;
    /** The query parameters that the route takes; others are refused. */
    readonly query?: readonly string[];
  }
}

/**
 * The API key of a request to this route must have `scope`. Under `/v1/` every route says one; without, nobody may call it.
 * @param query the query parameters that the route takes; each at most once
 */
export function RequireScope(scope: ApiScope, query: readonly string[] = []): MethodDecorator {
  return RouteConfig({ scope, query });
}
