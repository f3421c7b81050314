import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from './kafka';
import { kafkaAnswers } from './kafka-probe';

describe('startKafka', () => {
  it('answers, survives a kill on the same folder and port, and is gone after a stop', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'switchboard-kafka-test-'));
    const first = await startKafka({ dataDir });
    expect(await kafkaAnswers(first.port)).toBe(true);
    await expect(startKafka({ dataDir })).rejects.toThrow('is in use by this process');
    first.kill('SIGKILL');
    await first.ended;
    expect(await kafkaAnswers(first.port)).toBe(false);
    const second = await startKafka({ dataDir, port: first.port });
    expect(second.broker).toBe(first.broker);
    expect(await kafkaAnswers(second.port)).toBe(true);
    await second.stop();
    expect(await kafkaAnswers(second.port)).toBe(false);
    expect(existsSync(join(dataDir, 'data'))).toBe(true);
    rmSync(dataDir, { recursive: true });
  }, 120_000);
});
