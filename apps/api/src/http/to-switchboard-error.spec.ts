import { HttpException, NotFoundException } from '@nestjs/common';
import { ERRORS, SwitchboardError, type ErrorCodeName } from '@switchboard/protocol';
import { problemDocument, statusOf } from './problem-document';
import { toSwitchboardError } from './to-switchboard-error';

describe('toSwitchboardError', () => {
  it.each([
    [new SwitchboardError('overloaded', 'Full.'), 'overloaded', 'Full.'],
    [new NotFoundException('Cannot GET /secret'), 'not_found', ERRORS.not_found.title],
    [Object.assign(new Error('x'), { code: 'FST_ERR_BAD_URL', statusCode: 400 }), 'invalid_path', ERRORS.invalid_path.title],
    [new HttpException('x', 413, { cause: { code: 'FST_ERR_CTP_BODY_TOO_LARGE' } }), 'too_large', ERRORS.too_large.title],
    [Object.assign(new Error('aborted'), { statusCode: 400 }), 'invalid_request', ERRORS.invalid_request.title],
    [new TypeError('x is not a function'), 'internal', ERRORS.internal.title],
    ['a string', 'internal', ERRORS.internal.title],
    [undefined, 'internal', ERRORS.internal.title],
  ])('%s becomes %s', (thrown, code, message) => {
    expect(toSwitchboardError(thrown)).toMatchObject({ code, message });
  });
});

describe('problemDocument', () => {
  it.each(Object.keys(ERRORS) as ErrorCodeName[])('has what the table says of %s', (code) => {
    const { type, title, status, retryable } = problemDocument(new SwitchboardError(code, 'about this request'));
    expect({ type, title, retryable }).toEqual({
      type: `urn:switchboard:error:${code}`,
      title: ERRORS[code].title,
      retryable: ERRORS[code].retryable,
    });
    expect(status).toBe(statusOf(code));
    expect(status).toBeGreaterThanOrEqual(400);
  });

  it('tells nothing of the cause', () => {
    const document = problemDocument(new SwitchboardError('internal', undefined, { cause: new Error('password=hunter2') }), 'r1');
    expect(JSON.stringify(document)).not.toContain('hunter2');
    expect(document.requestId).toBe('r1');
  });
});
