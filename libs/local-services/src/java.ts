import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { LocalServiceError } from './local-service';

/** The oldest Java that Kafka's brokers run on. */
const OLDEST_JAVA = 17;

/** A Java runtime that is new enough. */
export interface Java {
  readonly command: string;
  /** The first line of `java -version`: what a class-data archive depends on. */
  readonly version: string;
}

/** Finds Java, in `JAVA_HOME` or on the `PATH`; throws a LocalServiceError that says what to install if there is none, or only an older one. */
export function findJava(environment: NodeJS.ProcessEnv): Java {
  const home = environment['JAVA_HOME'];
  const command = home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');
  const answer = spawnSync(command, ['-version'], { encoding: 'utf8', env: environment });
  const major = answer.error === undefined && answer.status === 0 ? javaMajorVersion(answer.stderr) : undefined;
  if (major !== undefined && major >= OLDEST_JAVA) return { command, version: answer.stderr.trim() };
  const found = major === undefined ? `\`${command}\` was not found or does not run` : `\`${command}\` is Java ${String(major)}`;
  throw new LocalServiceError(
    `Kafka needs Java ${String(OLDEST_JAVA)} or newer (${found}): install a JRE (Debian: apt-get install openjdk-17-jre-headless), or set KAFKA_BROKERS to a running broker`,
  );
}

/** The major version in the output of `java -version`, such as 17 or 8 (which calls itself 1.8); undefined if there is none. */
export function javaMajorVersion(output: string): number | undefined {
  const found = /\bversion "(?:1\.)?(\d+)/.exec(output)?.[1];
  return found === undefined ? undefined : Number(found);
}
