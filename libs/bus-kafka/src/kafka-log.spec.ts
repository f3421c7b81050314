import { Logger } from '@nestjs/common';
import { logLevel } from 'kafkajs';
import { kafkaLog } from './kafka-log';

describe('kafkaLog', () => {
  let warned: jest.SpyInstance;

  beforeEach(() => {
    jest.useFakeTimers();
    warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    jest.spyOn(Logger.prototype, 'debug').mockImplementation();
  });

  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  function log(message: string, error?: string, level: logLevel = logLevel.ERROR): void {
    const details = error === undefined ? {} : { error };
    kafkaLog(logLevel.WARN)({ namespace: 'Connection', level, label: 'ERROR', log: { timestamp: '', message, ...details } });
  }

  it('shows errors of kafkajs as warnings, with their cause', () => {
    log('Response Fetch', 'The broker is gone');
    expect(warned.mock.calls).toEqual([['Connection: Response Fetch: The broker is gone']]);
  });

  it('keeps what a healthy start causes out of sight', () => {
    log('Response Metadata(key: 3, version: 6)', 'This server does not host this topic-partition');
    log('Stopped', undefined, logLevel.INFO);
    expect(warned).not.toHaveBeenCalled();
  });

  it('shows the same line once in half a minute', () => {
    log('Connection refused');
    log('Connection refused');
    log('Connection reset');
    expect(warned).toHaveBeenCalledTimes(2);
    jest.advanceTimersByTime(30_000);
    log('Connection refused');
    expect(warned).toHaveBeenCalledTimes(3);
  });
});
