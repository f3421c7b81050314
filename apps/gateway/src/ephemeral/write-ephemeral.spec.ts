import { type DropReason, type EphemeralMessage } from './ephemeral-message';
import { WriteEphemeral, type EphemeralSocket } from './write-ephemeral';

/** A socket with room for so many frames. */
class SmallSocket implements EphemeralSocket {
  readonly texts: string[] = [];

  constructor(public room: number) {}

  get hasRoom(): boolean {
    return this.room > 0;
  }

  write(frame: Buffer): void {
    this.texts.push(frame.toString());
    this.room -= 1;
  }
}

const message = (text: string, conflateKey?: string, expiresAtMs = 10): EphemeralMessage => ({
  stream: 'user:1',
  frame: Buffer.from(text),
  expiresAtMs,
  conflateKey,
});

describe('Writing ephemeral messages', () => {
  const drops: DropReason[] = [];
  let nowMs = 0;
  const create = (mostHeldBytes = 1_000): WriteEphemeral =>
    new WriteEphemeral({
      held: { messages: 10, bytes: 100 },
      mostHeldBytes,
      databaseNowMs: () => nowMs,
      dropped: (reason) => drops.push(reason),
    });

  beforeEach(() => {
    drops.length = 0;
    nowMs = 0;
  });

  it('writes to a socket that has room', () => {
    const [writer, socket] = [create(), new SmallSocket(2)];
    expect(writer.write(socket, message('one', 'a'))).toBe(true);
    expect(writer.write(socket, message('two'))).toBe(true);
    expect(socket.texts).toEqual(['one', 'two']);
    expect(writer.framesWritten).toBe(2);
  });

  it('keeps the newest of each key for a full socket, and writes it once that has drained', () => {
    const [writer, socket] = [create(), new SmallSocket(0)];
    for (const text of ['a1', 'a2', 'a3']) expect(writer.write(socket, message(text, 'a'))).toBe(false);
    writer.write(socket, message('b1', 'b'));
    expect(writer.heldBytes).toBe(4);
    socket.room = 10;
    writer.drained(socket);
    expect(socket.texts).toEqual(['a3', 'b1']);
    expect(drops).toEqual(['replaced', 'replaced']);
    expect(writer.heldBytes).toBe(0);
  });

  it('drops for a full socket what has no key', () => {
    const [writer, socket] = [create(), new SmallSocket(0)];
    writer.write(socket, message('lost'));
    socket.room = 10;
    writer.drained(socket);
    expect(socket.texts).toEqual([]);
    expect(drops).toEqual(['slow']);
  });

  it('lets nothing overtake what waits, though the socket has room again', () => {
    const [writer, socket] = [create(), new SmallSocket(0)];
    writer.write(socket, message('a1', 'a'));
    socket.room = 1;
    writer.write(socket, message('a2', 'a'));
    expect(socket.texts).toEqual(['a1']);
    socket.room = 1;
    writer.drained(socket);
    expect(socket.texts).toEqual(['a1', 'a2']);
  });

  it('stops where the socket is full again, and goes on at the next drain', () => {
    const [writer, socket] = [create(), new SmallSocket(0)];
    for (const key of ['a', 'b', 'c']) writer.write(socket, message(key, key));
    socket.room = 2;
    writer.drained(socket);
    expect(socket.texts).toEqual(['a', 'b']);
    socket.room = 2;
    writer.drained(socket);
    expect(socket.texts).toEqual(['a', 'b', 'c']);
  });

  it('does not write what expired while it waited', () => {
    const [writer, socket] = [create(), new SmallSocket(0)];
    writer.write(socket, message('old', 'a', 5));
    writer.write(socket, message('young', 'b', 50));
    [nowMs, socket.room] = [5, 10];
    writer.drained(socket);
    expect(socket.texts).toEqual(['young']);
    expect(drops).toEqual(['expired']);
  });

  it('holds no more for all sockets together than it may, and forgets what waited for one that is closed', () => {
    const writer = create(5);
    const [one, two] = [new SmallSocket(0), new SmallSocket(0)];
    writer.write(one, message('1234', 'a'));
    writer.write(two, message('5678', 'a'));
    expect(drops).toEqual(['full']);
    writer.forget(one);
    expect(writer.heldBytes).toBe(0);
    writer.write(two, message('5678', 'a'));
    expect(writer.heldBytes).toBe(4);
  });
});
