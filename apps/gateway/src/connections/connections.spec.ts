import { CLOSE } from '@switchboard/protocol';
import { type ClientSocket } from '../sockets/client-socket';
import { ClientConnection } from './client-connection';
import { Connections } from './connections';
import { type FollowStreams } from './follow-streams';

function oneConnection(): { connections: Connections; connection: ClientConnection; unregister: jest.Mock; close: jest.Mock } {
  const unregister = jest.fn(() => Promise.resolve());
  const close = jest.fn();
  const options = { pingIntervalMs: 1_000, helloDeadlineMs: 1_000, jwtLeewayMs: 0 };
  const connections = new Connections({ unregister }, {} as FollowStreams, { ended: () => undefined }, options);
  const connection = new ClientConnection({ close } as unknown as ClientSocket, undefined);
  connections.add(connection);
  return { connections, connection, unregister, close };
}

describe('Connections', () => {
  it('are registered again from the moment their row is committed, not only when they are ready', () => {
    const { connections, connection } = oneConnection();
    connection.phase = 'opening';
    connection.identity = { user: '42', channels: [], publish: [], expiresAtMs: Infinity };
    expect([...connections.registered()]).toEqual([]);
    connection.isRegistered = true;
    expect([...connections.registered()]).toMatchObject([{ id: connection.id, user: '42' }]);
  });

  it('lose their row when they end, even while it is still being written', () => {
    const { connections, connection, unregister } = oneConnection();
    connection.phase = 'opening';
    connection.identity = { user: '42', channels: [], publish: [], expiresAtMs: Infinity };
    connections.end(connection, 1006);
    connections.end(connection, 1006);
    expect(unregister.mock.calls).toEqual([
      [
        { id: connection.id, user: '42' },
        { code: 1006, reason: 'connection lost' },
      ],
    ]);
    expect(connections.size).toBe(0);
  });

  it.each([1000, 1001, 1005])('that their clients close with %d have left', (closeCode) => {
    const { connections, connection, unregister } = oneConnection();
    connection.phase = 'opening';
    connection.identity = { user: '42', channels: [], publish: [], expiresAtMs: Infinity };
    connections.end(connection, closeCode);
    expect(unregister).toHaveBeenCalledWith({ id: connection.id, user: '42' }, { code: closeCode, reason: 'left' });
  });

  it('that are told to close count as ended, whatever they still send', () => {
    const { connection, close } = oneConnection();
    connection.close(CLOSE.protocolError);
    expect(connection.hasEnded).toBe(true);
    expect(close).toHaveBeenCalledWith(CLOSE.protocolError);
  });
});
