import { CLOSE, ERRORS } from '@switchboard/protocol';
import { renderErrors } from './render-errors';

describe('docs/errors.md', () => {
  const text = renderErrors();

  it.each(Object.keys(ERRORS))('has the code %s', (code) => {
    expect(text).toContain(`| \`${code}\` |`);
  });

  it.each(Object.values(CLOSE))('has the close code $code', ({ code, reason }) => {
    expect(text).toContain(`| ${String(code)} | ${reason} |`);
  });

  it('says when to come back', () => {
    expect(text).toContain('| 4501 | token expired | with a new token |');
    expect(text).toContain('| 4500 | bad token | no |');
    expect(text).toContain('| `overloaded` | 503 | 4003 | yes |');
  });
});
