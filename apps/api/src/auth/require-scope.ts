import { RouteConfig } from '@nestjs/platform-fastify';
import { type ApiScope } from '@switchboard/config';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that the API key of a request must have. */
    readonly scope?: ApiScope;
  }
}

/** The API key of a request to this route must have `scope`. Under `/v1/` every route says one; without, nobody may call it. */
export function RequireScope(scope: ApiScope): MethodDecorator {
  return RouteConfig({ scope });
}
