import { Controller, Get, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Metrics } from './metrics';

/** `/metrics` on the port of the app, where there is no port of its own for it. */
@Controller()
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** All metrics in the text format of Prometheus. */
  @Get('metrics')
  text(@Res({ passthrough: true }) response: unknown): Promise<string> {
    this.adapterHost.httpAdapter.setHeader(response, 'content-type', this.metrics.contentType);
    return this.metrics.text();
  }
}
