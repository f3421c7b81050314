import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Loaded before the gateways of a benchmark (`--require`): SIGUSR2 collects garbage, so that memory is measured without what is about to go anyway.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
process.on('SIGUSR2', () => {
  collect();
});
