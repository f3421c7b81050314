import { findJava, javaMajorVersion } from './java';

describe('javaMajorVersion', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', 17],
    ['openjdk version "21" 2023-09-19', 21],
    ['java version "25-ea" 2025-09-16', 25],
    ['Picked up JAVA_TOOL_OPTIONS: -Dx=y\nopenjdk version "11.0.2" 2019-01-15', 11],
    ['java version "1.8.0_402"', 8],
  ])('reads %j', (output, version) => {
    expect(javaMajorVersion(output)).toBe(version);
  });

  it('is undefined where there is no Java', () => {
    expect(javaMajorVersion('The operation couldn’t be completed. Unable to locate a Java Runtime.')).toBeUndefined();
  });
});

describe('findJava', () => {
  it('says what to install when there is none', () => {
    expect(() => findJava({ PATH: '/nonexistent' })).toThrow(
      /Kafka needs Java 17 or newer .*apt-get install openjdk-17-jre-headless.*KAFKA_BROKERS/,
    );
  });
});
