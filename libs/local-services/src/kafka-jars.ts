import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { userCacheFolder } from './cache-folder';
import { LocalServiceError } from './local-service';
import { runProgram } from './run-program';

/** The broker that is started. */
export const KAFKA_VERSION = '4.3.1';

const HOUR_MS = 3_600_000;
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>switchboard</groupId><artifactId>kafka-broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <!-- Without a binding for its log the broker says nothing when it fails. -->
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;
const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/**
 * The folder of the broker's jars in the user's cache (44 MB), fetched once by Maven with the user's own Maven settings. Two processes that fetch at once do not
 * disturb each other. Throws a LocalServiceError that says what to install, or what Maven said.
 */
export async function kafkaJars(environment: NodeJS.ProcessEnv): Promise<string> {
  const folder = join(userCacheFolder(), `kafka-${KAFKA_VERSION}`);
  const jars = join(folder, 'jars');
  if (existsSync(jars)) return jars;
  removeAbandonedDrafts(folder);
  const draft = `${folder}.${randomBytes(6).toString('hex')}`;
  mkdirSync(draft, { recursive: true });
  try {
    writeFileSync(join(draft, 'pom.xml'), POM);
    await fetchInto(draft, environment);
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(jars)) throw error; // else another process was faster
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return jars;
}

async function fetchInto(folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const args = [
    '-q',
    '-B',
    '-ntp',
    '-Dstyle.color=never',
    '-f',
    join(folder, 'pom.xml'),
    COPY_DEPENDENCIES,
    '-DincludeScope=runtime',
    `-DoutputDirectory=${join(folder, 'jars')}`,
  ];
  const outcome = await runProgram('mvn', args, { cwd: folder, env: environment });
  switch (outcome.result) {
    case 'succeeded':
      return;
    case 'not started':
      throw new LocalServiceError(
        `Kafka is fetched by Maven, which cannot be run (${outcome.reason}): install it (Debian: apt-get install maven), or set KAFKA_BROKERS to a running broker`,
      );
    case 'failed':
      throw new LocalServiceError(
        `Kafka ${KAFKA_VERSION} could not be fetched. Is the network there? Else set KAFKA_BROKERS to a running broker. Maven said:\n${firstLines(outcome.output)}`,
      );
  }
}

function firstLines(output: string): string {
  return output.split('\n').slice(0, 2).join('\n');
}

// Of fetches that were killed; one that has not moved for an hour is none that is still at work.
function removeAbandonedDrafts(folder: string): void {
  if (!existsSync(dirname(folder))) return;
  for (const name of readdirSync(dirname(folder))) {
    if (!name.startsWith(`${basename(folder)}.`)) continue;
    const path = join(dirname(folder), name);
    if (Date.now() - statSync(path).mtimeMs > HOUR_MS) rmSync(path, { recursive: true, force: true });
  }
}
