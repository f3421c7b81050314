import { Controller, Get, Header } from '@nestjs/common';
import { docsPage } from './docs-page';
import { openApiDocument } from './openapi-document';

/** Tells how the API is to be used, to programs and to people; without a key. */
@Controller()
export class OpenApiController {
  private readonly json: string;
  private readonly page: string;

  constructor() {
    const document = openApiDocument();
    this.json = JSON.stringify(document);
    this.page = docsPage(document);
  }

  /** The OpenAPI document. */
  @Get('openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  document(): string {
    return this.json;
  }

  /** The same for people. The page has no script and loads nothing. */
  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
  docs(): string {
    return this.page;
  }
}
