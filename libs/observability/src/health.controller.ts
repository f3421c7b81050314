import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Readiness } from './readiness';

/** `/livez` and `/readyz`, for probes; without a key. */
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** Answers as long as the event loop turns; asks nothing outside the process, since a restart would mend none of that. */
  @Get('livez')
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  /** 200, or 503 with the names of the checks that fail. */
  @Get('readyz')
  async ready(@Res({ passthrough: true }) response: unknown): Promise<{ readonly status: string; readonly failed?: readonly string[] }> {
    const failed = await this.readiness.failedChecks();
    if (failed.length === 0) return { status: 'ok' };
    this.adapterHost.httpAdapter.status(response, HttpStatus.SERVICE_UNAVAILABLE);
    return { status: 'not ready', failed };
  }
}
