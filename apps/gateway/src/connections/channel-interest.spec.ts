import { ChannelInterest } from './channel-interest';

describe('ChannelInterest', () => {
  it('tells the registry of the first subscriber and of the last', async () => {
    const registry = { addChannel: jest.fn(() => Promise.resolve()), removeChannel: jest.fn(() => Promise.resolve()) };
    const interest = new ChannelInterest(registry);
    await Promise.all([interest.add('news'), interest.add('news')]);
    interest.remove('news');
    expect(registry.addChannel).toHaveBeenCalledTimes(1);
    expect(registry.removeChannel).not.toHaveBeenCalled();
    expect([...interest.channels()]).toEqual(['news']);
    interest.remove('news');
    expect(registry.removeChannel.mock.calls).toEqual([['news']]);
    expect([...interest.channels()]).toEqual([]);
  });

  it('lets later subscribers wait until the first is known', async () => {
    let makeKnown = (): void => undefined;
    const registry = { addChannel: () => new Promise<void>((resolve) => (makeKnown = resolve)), removeChannel: () => Promise.resolve() };
    const interest = new ChannelInterest(registry);
    void interest.add('news');
    let isKnown = false;
    const second = interest.add('news').then(() => (isKnown = true));
    await new Promise(setImmediate);
    expect(isKnown).toBe(false);
    makeKnown();
    await second;
    expect(isKnown).toBe(true);
  });
});
