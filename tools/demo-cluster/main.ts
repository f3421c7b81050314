import { runWithCluster } from '../cluster';
import { demoReport, isPerfect } from './report';
import { runDemo } from './run-demo';

const SIZE = { users: 200, messages: 5_000, messagesPerSecond: 500 };

/**
 * `npm run demo:cluster`: kills a gateway in the middle of the traffic, and shows that nothing is lost, repeated or out of order. Ends with 1 if anything was. PostgreSQL and
 * Kafka are started for it, or those that `DATABASE_URL` and `KAFKA_BROKERS` name are used.
 */
void runWithCluster({ gateways: 2 }, async (cluster) => {
  const outcome = await runDemo(cluster, SIZE, (line) => {
    console.log(line);
  });
  const isFine = isPerfect(outcome);
  console.log(`\n${demoReport(outcome)}\n`);
  if (isFine) console.log('Nothing was lost, repeated or out of order.');
  return isFine;
});
