import { kafkaProperties } from './kafka-properties';

describe('kafkaProperties', () => {
  it('listens on the loopback address only', () => {
    const lines = kafkaProperties({ port: 1111, controllerPort: 2222, dataFolder: '/data' }).split('\n');
    expect(lines).toContain('listeners=PLAINTEXT://127.0.0.1:1111,CONTROLLER://127.0.0.1:2222');
    expect(lines).toContain('advertised.listeners=PLAINTEXT://127.0.0.1:1111');
  });

  it('escapes backslashes in paths', () => {
    expect(kafkaProperties({ port: 1, controllerPort: 2, dataFolder: '/a\\b' })).toContain('log.dirs=/a\\\\b\n');
  });
});
