import { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';
import { orUnavailable } from './or-unavailable';

describe('What a caller is told when a question failed', () => {
  const refused = (code: string) => new QueryFailedError('SELECT', [], Object.assign(new DatabaseError('no', 2, 'error'), { code }));

  it.each([
    ['a database that is away', new Error('connect ECONNREFUSED'), 'unavailable'],
    ['a database that goes down', refused('57P01'), 'unavailable'],
    ['a table that is missing', refused('42P01'), 'internal'],
    ['a fault inside the server', refused('XX000'), 'internal'],
  ])('%s', async (_, error, code) => {
    await expect(orUnavailable(Promise.reject(error))).rejects.toMatchObject({ code, cause: error });
  });
});
