import { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';
import { HotQueryError } from './hot-query-error';
import { isBadValue, isPermanent, sqlStateOf } from './sql-state';

const byPg = (code: string): Error => Object.assign(new DatabaseError('no', 2, 'error'), { code });
const byTypeOrm = (code: string): Error => new QueryFailedError('SELECT 1', [], byPg(code));
const refused = (code: string): Error => new HotQueryError('refused', code, byPg(code));

describe.each([
  ['pg', byPg],
  ['TypeORM', byTypeOrm],
  ['a HotPool', refused],
])('An error of %s', (_, failed) => {
  it.each([
    ['22021', true, true],
    ['23505', true, true],
    ['42P01', false, true],
    ['XX000', false, true],
    ['40P01', false, false],
    ['53300', false, false],
    ['57P01', false, false],
  ])('with SQLSTATE %s', (code, isFaultOfValue, isForEver) => {
    const error = failed(code);
    expect(sqlStateOf(error)).toBe(code);
    expect(isBadValue(error)).toBe(isFaultOfValue);
    expect(isPermanent(error)).toBe(isForEver);
  });
});

describe('An error without an answer of the server', () => {
  it.each([
    ['a broken connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['the same, by TypeORM', new QueryFailedError('SELECT 1', [], Object.assign(new Error('connect'), { code: 'ECONNRESET' }))],
    ['a statement that may have been committed', new HotQueryError('unknown', '23505', byPg('23505'))],
    ['nothing of the database', new TypeError('a bug')],
  ])('is neither permanent nor the fault of a value: %s', (_, error) => {
    expect(isBadValue(error)).toBe(false);
    expect(isPermanent(error)).toBe(false);
  });
});
