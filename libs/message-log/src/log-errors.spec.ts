import { BatcherFullError, HotQueryError } from '@switchboard/database';
import { appendError, readError } from './log-errors';

const refused = (sqlState: string): HotQueryError => new HotQueryError('refused', sqlState, new Error('no'));

describe('appendError', () => {
  it.each([
    ['overloaded', new BatcherFullError(5)],
    ['unavailable', new HotQueryError('not_sent', undefined, new Error('refused'))],
    ['unavailable', refused('53300')],
    ['unavailable', refused('40P01')],
    ['unavailable', refused('57014')],
    ['unavailable', refused('57P01')],
    ['unavailable', refused('25006')],
    ['internal', refused('22021')],
    ['internal', refused('42P01')],
    ['outcome_unknown', new HotQueryError('unknown', '57P01', new Error('terminated'))],
    ['outcome_unknown', new HotQueryError('unknown', undefined, new Error('reset'))],
    ['internal', new TypeError('a bug')],
  ])('says %s of %s', (code, error) => {
    expect(appendError(error)).toMatchObject({ code, cause: error });
  });
});

describe('readError', () => {
  it('calls a broken connection unavailable, since a read changes nothing', () => {
    expect(readError(new HotQueryError('unknown', undefined, new Error('reset'))).code).toBe('unavailable');
  });
});
