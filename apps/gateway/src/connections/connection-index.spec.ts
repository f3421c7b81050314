import { type ClientSocket } from '../sockets/client-socket';
import { ClientConnection } from './client-connection';
import { ConnectionIndex } from './connection-index';

function connectionOf(user: string | undefined): ClientConnection {
  const connection = new ClientConnection({} as ClientSocket, undefined);
  if (user !== undefined) connection.identity = { user, channels: [], publish: [], expiresAtMs: Infinity };
  return connection;
}

describe('ConnectionIndex', () => {
  it('finds connections by id and by user, however many a user has', () => {
    const index = new ConnectionIndex();
    const [one, two, three, other] = ['42', '42', '42', '7'].map(connectionOf) as [
      ClientConnection,
      ClientConnection,
      ClientConnection,
      ClientConnection,
    ];
    for (const connection of [one, two, three, other, one]) index.add(connection);
    expect(index.ofUser('42')).toEqual([one, two, three]);
    expect(index.ofUser('7')).toEqual([other]);
    expect(index.byId(two.id)).toBe(two);
    expect([...index.users()]).toEqual(['42', '7']);
  });

  it('keeps nothing of those that are gone', () => {
    const index = new ConnectionIndex();
    const connections = ['42', '42', '7', '8'].map(connectionOf);
    for (const connection of connections) index.add(connection);
    for (const connection of [...connections, ...connections]) index.remove(connection);
    expect([index.ofUser('42'), index.userCount, index.byId(connections[0]?.id ?? '')]).toEqual([[], 0, undefined]);
  });

  it('leaves out whoever has not said who it is', () => {
    const index = new ConnectionIndex();
    const nobody = connectionOf(undefined);
    index.add(nobody);
    index.remove(nobody);
    expect(index.byId(nobody.id)).toBeUndefined();
  });
});
