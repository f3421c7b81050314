import { Logger } from '@nestjs/common';
import { InProcessEventBus } from '@switchboard/bus';
import { databaseSettings, messageLogSettings, readSettings, registrySettings } from '@switchboard/config';
import { LogUpkeep } from '@switchboard/message-log';
import { Backends } from './backends';

describe('Backends', () => {
  it('do not wait without end for a round of the upkeep when they go down', async () => {
    Logger.overrideLogger(false);
    jest.useFakeTimers();
    jest.spyOn(LogUpkeep.prototype, 'stop').mockReturnValue(new Promise(() => undefined));
    const bus = new InProcessEventBus();
    const closed = jest.spyOn(bus, 'close');
    const settings = readSettings(
      { ...databaseSettings, ...messageLogSettings, ...registrySettings },
      { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
    );
    const down = new Backends(settings, bus).onApplicationShutdown();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(closed).toHaveBeenCalled();
    await down;
    jest.useRealTimers();
  });
});
