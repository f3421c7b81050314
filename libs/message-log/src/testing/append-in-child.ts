import { contentOf, openLog } from './open-log';

const CALLERS = 16;

/** Appends `count` messages to the streams in turn, by several callers at a time, and prints their numbers in the order of the calls. */
async function appendInChild(url: string, streams: readonly string[], count: number): Promise<void> {
  const { log, pool } = openLog(url);
  const seqs: Record<string, number[]> = Object.fromEntries(streams.map((stream) => [stream, []]));
  let next = 0;
  const callInTurn = async (): Promise<void> => {
    while (next < count) {
      const stream = streams[next % streams.length] ?? '';
      next += 1;
      const { seq } = await log.append({ stream, content: contentOf(`${String(process.pid)}:${String(next)}`) });
      seqs[stream]?.push(seq);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, callInTurn));
  await pool.end();
  process.stdout.write(JSON.stringify(seqs));
}

const [, , url = '', streams = '', count = '0'] = process.argv;
void appendInChild(url, streams.split(','), Number(count));
