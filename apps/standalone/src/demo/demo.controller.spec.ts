import { createVerifier } from 'fast-jwt';
import { DemoController } from './demo.controller';

const OPTIONS = { pageKey: 'key of the page', jwtSecret: 's'.repeat(32), host: '127.0.0.1' };
const BODY = Buffer.from('{"user":"alice"}');

describe('DemoController', () => {
  const controller = new DemoController(OPTIONS);

  it('gives the page its key and tokens', () => {
    expect(controller.key('localhost:8080')).toEqual({ apiKey: OPTIONS.pageKey });
    const { token } = controller.token('127.0.0.1:8080', BODY);
    expect(createVerifier({ key: OPTIONS.jwtSecret })(token)).toMatchObject({
      sub: 'alice',
      channels: ['*'],
      publish: ['user:*', 'channel:*'],
    });
  });

  it('gives neither to a page whose name was rebound to this machine', () => {
    const refusal: unknown = expect.objectContaining({ code: 'forbidden' });
    expect(() => controller.key('evil.example:8080')).toThrow(refusal as Error);
    expect(() => controller.token('evil.example:8080', BODY)).toThrow(refusal as Error);
  });
});
