import fc from 'fast-check';
import { type Writable } from 'node:stream';
import * as ws from 'ws';
import { textFrame } from './web-socket-frame';

/** Exported by ws, but not by its types. */
const { Receiver } = ws as unknown as { readonly Receiver: new (options: { isServer: boolean }) => Writable };

/** What another implementation, that of ws, reads from a frame. */
function readByWs(frame: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const receiver = new Receiver({ isServer: false });
    receiver.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) reject(new Error('binary'));
      else resolve(data);
    });
    receiver.on('error', reject);
    receiver.write(frame);
  });
}

describe('textFrame', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 80 * 1_024])('is what a client reads, with %i bytes', async (length) => {
    const payload = Buffer.alloc(length, 'x');
    expect((await readByWs(textFrame(payload))).equals(payload)).toBe(true);
  });

  it('keeps any text as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 500 }), async (text) => {
        expect((await readByWs(textFrame(Buffer.from(text)))).toString()).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });
});
