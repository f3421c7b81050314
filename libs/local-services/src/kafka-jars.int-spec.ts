import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaJars } from './kafka-jars';

describe('kafkaJars', () => {
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'switchboard-cache-'));
    jest.replaceProperty(process, 'env', { ...process.env, XDG_CACHE_HOME: cache });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(cache, { recursive: true });
  });
  /** Puts a `mvn` on the PATH that is this shell script. */
  const maven = (script: string): NodeJS.ProcessEnv => {
    writeFileSync(join(cache, 'mvn'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return { PATH: `${cache}:${process.env['PATH'] ?? ''}` };
  };
  const WRITES_A_JAR = 'for each; do case $each in -DoutputDirectory=*) mkdir -p "${each#*=}" && echo >"${each#*=}/kafka.jar";; esac; done';

  it('says what to install when there is no Maven', async () => {
    await expect(kafkaJars({ PATH: '/nonexistent' })).rejects.toThrow(/apt-get install maven.*KAFKA_BROKERS/);
  });

  it('says what Maven said when the download fails, and leaves no half of it', async () => {
    await expect(kafkaJars(maven('echo "could not resolve"; exit 1'))).rejects.toThrow(/could not be fetched[^]*could not resolve/);
    expect(readdirSync(join(cache, 'switchboard'))).toEqual([]);
  });

  it('is fetched once, also by callers at the same time', async () => {
    const [one, other] = await Promise.all([kafkaJars(maven(WRITES_A_JAR)), kafkaJars(maven(WRITES_A_JAR))]);
    expect(one).toBe(other);
    expect(readdirSync(one)).toEqual(['kafka.jar']);
    expect(readdirSync(join(cache, 'switchboard'))).toHaveLength(1);
    expect(await kafkaJars({ PATH: '/nonexistent' })).toBe(one);
  });
});
