import { RegistryUserConnections } from './registry-user-connections';

describe('RegistryUserConnections', () => {
  const failingWith = (error: Error) => new RegistryUserConnections({ connectionsOf: () => Promise.reject(error) });

  it.each([
    ['a database that is away', new Error('connect ECONNREFUSED'), 'unavailable'],
    ['a database that goes down', Object.assign(new Error('terminating connection'), { code: '57P01' }), 'unavailable'],
    ['a table that is missing', Object.assign(new Error('no such relation'), { code: '42P01' }), 'internal'],
  ])('%s', async (_, error, code) => {
    await expect(failingWith(error).connectionsOf('42')).rejects.toMatchObject({ code, cause: error });
  });
});
