import { allowsChannel, allowsPublish } from './token-grants';

describe('allowsChannel', () => {
  it.each([
    [['news'], 'news', true],
    [['news'], 'newsletter', false],
    [['room-*'], 'room-1', true],
    [['room-*'], 'rooms', false],
    [['*'], 'anything', true],
    [[], 'news', false],
    [['ro*m'], 'room', false],
  ])('%j and %s: %s', (channels, channel, isAllowed) => {
    expect(allowsChannel(channels, channel)).toBe(isAllowed);
  });
});

describe('allowsPublish', () => {
  it.each([
    [[], { user: '7' }, false],
    [['user:*'], { user: '7' }, true],
    [['user:7'], { user: '7' }, false],
    [['*'], { user: '7' }, false],
    [['user:*'], { channel: 'news' }, false],
    [['channel:news'], { channel: 'news' }, true],
    [['channel:news'], { channel: 'newsletter' }, false],
    [['channel:room-*'], { channel: 'room-1' }, true],
    [['channel:*'], { channel: 'anything' }, true],
    [['*'], { channel: 'news' }, false],
    [['news'], { channel: 'news' }, false],
    [['user:*', 'channel:*'], { everyone: true as const }, false],
  ])('%j and %j: %s', (publish, target, isAllowed) => {
    expect(allowsPublish(publish, target)).toBe(isAllowed);
  });
});
