import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { createSigner } from 'fast-jwt';
import { type FastifyReply } from 'fastify';
import { isUser, SwitchboardError } from '@switchboard/protocol';
import { type DevelopmentKeys } from '../development-keys';
import { projectFolder } from '../project-folder';
import { readDemoFile } from './demo-files';

/** The token of the DevelopmentKeys that the page works with. */
export const DEMO_KEYS = Symbol('DEMO_KEYS');

const TOKEN_LIFE_MS = 60 * 60_000;

/** The demo page, and the endpoint that signs tokens for it. Part of standalone with development keys, and of nothing else. */
@Controller()
export class DemoController {
  private readonly sign: (claims: object) => string;

  constructor(@Inject(DEMO_KEYS) private readonly keys: DevelopmentKeys) {
    this.sign = createSigner({ key: keys.jwtSecret, algorithm: 'HS256', expiresIn: TOKEN_LIFE_MS });
  }

  /** The page. */
  @Get()
  page(@Res() reply: FastifyReply): Promise<void> {
    return this.send(reply, 'index.html');
  }

  /** What the page needs to send messages. */
  @Get('demo/key')
  @Header('cache-control', 'no-store')
  key(): { readonly apiKey: string } {
    return { apiKey: this.keys.apiKey };
  }

  /** A token for any user: `{"user": …}` → `{"token": …}`. */
  @Post('demo/token')
  @HttpCode(200)
  token(@Body() body: Buffer): { readonly token: string } {
    return { token: this.sign({ sub: userOf(body), channels: ['*'] }) };
  }

  /** The files of the page. */
  @Get('demo/:file')
  file(@Param('file') name: string, @Res() reply: FastifyReply): Promise<void> {
    return this.send(reply, name);
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
