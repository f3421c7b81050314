import { Client } from 'pg';
import { createTestDatabase, kafkaBrokers } from './services';

describe('createTestDatabase', () => {
  it('gives each caller an empty database of its own, and removes it with its connections', async () => {
    const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    const client = new Client(first.url);
    client.on('error', () => undefined); // dropping the database cuts the connection
    await client.connect();
    const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
    expect(first.url).toContain(rows[0]?.name);
    expect(second.url).not.toContain(rows[0]?.name);
    await Promise.all([first.drop(), second.drop()]);
    await expect(new Client(first.url).connect()).rejects.toThrow('does not exist');
  });
});

describe('kafkaBrokers', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('names the brokers of this run', () => {
    expect(kafkaBrokers()).toEqual([expect.stringMatching(/:\d+$/)]);
  });

  it('throws what kept Kafka from starting', () => {
    jest.replaceProperty(process, 'env', { TEST_KAFKA_ERROR: 'Kafka needs Java' });
    expect(() => kafkaBrokers()).toThrow('Kafka needs Java');
  });
});
