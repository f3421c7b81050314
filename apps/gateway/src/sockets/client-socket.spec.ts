import { type WebSocket } from 'ws';
import { ClientSocket } from './client-socket';
import { TickWriter } from './tick-writer';

describe('A socket', () => {
  it.each([
    [16_384, 65_536, 65_536, true],
    [16_384, 65_536, 65_537, false],
    [262_144, 65_536, 262_144, true],
    [262_144, 65_536, 262_145, false],
  ])(
    'with a limit of %d and a high-water mark of %d has room at %d: %p, so that it will drain if it has none',
    (limit, mark, length, hasRoom) => {
      const socket = { writableHighWaterMark: mark, writableLength: length };
      const webSocket = { _socket: socket } as unknown as WebSocket;
      expect(new ClientSocket(webSocket, new TickWriter(), { bufferBytes: limit }).hasRoom).toBe(hasRoom);
    },
  );
});
