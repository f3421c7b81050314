import { Body, Controller, Get, Header, Headers, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { createSigner } from 'fast-jwt';
import { type FastifyReply } from 'fastify';
import { isUser, SwitchboardError } from '@switchboard/protocol';
import { type DevelopmentKeys } from '../development-keys';
import { projectFolder } from '../project-folder';
import { readDemoFile } from './demo-files';
import { isOwnHost } from './is-own-host';

/** The token of the DemoOptions. */
export const DEMO_OPTIONS = Symbol('DEMO_OPTIONS');

/** What the page works with. */
export interface DemoOptions extends Pick<DevelopmentKeys, 'pageKey' | 'jwtSecret'> {
  /** The address that the app listens on. */
  readonly host: string;
}

const TOKEN_LIFE_MS = 60 * 60_000;

/** The demo page, and the endpoint that signs tokens for it. Part of standalone with development keys, and of nothing else. */
@Controller()
export class DemoController {
  private readonly sign: (claims: object) => string;

  constructor(@Inject(DEMO_OPTIONS) private readonly options: DemoOptions) {
    this.sign = createSigner({ key: options.jwtSecret, algorithm: 'HS256', expiresIn: TOKEN_LIFE_MS });
  }

  /** The page. */
  @Get()
  page(@Res() reply: FastifyReply): Promise<void> {
    return this.send(reply, 'index.html');
  }

  /** What the page needs to send messages. */
  @Get('demo/key')
  @Header('cache-control', 'no-store')
  key(@Headers('host') host: string | undefined): { readonly apiKey: string } {
    this.refuseOtherHosts(host);
    return { apiKey: this.options.pageKey };
  }

  /** A token for any user, who may follow and send to anything: `{"user": …}` → `{"token": …}`. */
  @Post('demo/token')
  @HttpCode(200)
  token(@Headers('host') host: string | undefined, @Body() body: Buffer): { readonly token: string } {
    this.refuseOtherHosts(host);
    return { token: this.sign({ sub: userOf(body), channels: ['*'], publish: ['user:*', 'channel:*'] }) };
  }

  /** The files of the page. */
  @Get('demo/:file')
  file(@Param('file') name: string, @Res() reply: FastifyReply): Promise<void> {
    return this.send(reply, name);
  }

  /**
   * Against DNS rebinding: a page of evil.example whose name has been turned to 127.0.0.1 counts as of the same origin as this app, and
   * could read keys and tokens in the browser of whoever opens it. The browser still says evil.example in the Host header.
   */
  private refuseOtherHosts(host: string | undefined): void {
    if (isOwnHost(host, this.options.host)) return;
    throw new SwitchboardError('forbidden', 'Open the demo page at localhost, 127.0.0.1, or the address that HOST names.');
  }

  private async send(reply: FastifyReply, name: string): Promise<void> {
    const file = await readDemoFile(projectFolder(), name);
    if (file === undefined) throw new SwitchboardError('not_found');
    await reply.header('content-type', file.contentType).header('cache-control', 'no-cache').send(file.content);
  }
}

function userOf(body: Buffer): string {
  try {
    const { user } = JSON.parse(body.toString('utf8')) as { user?: unknown };
    if (typeof user === 'string' && isUser(user)) return user;
  } catch {
    // Answered below, as any other body that names no user.
  }
  throw new SwitchboardError('invalid_field', 'The body must be {"user": …}.');
}
