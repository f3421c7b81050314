import { gapsOf, type LogPage, type LogRow } from '@switchboard/message-log';

const COMMA = Buffer.from(',');

/**
 * A page of a stream as JSON: `{"head","next","gaps":[{"after","through","reason"}],"items":[…]}`, where `next` is the `after` of the next page
 * or null. It is put together from bytes, so that `data` is as it was written.
 */
export function streamPageBody(page: LogPage): Buffer {
  const { head, through } = page;
  const next = through < head ? through : null;
  const start = JSON.stringify({ head, next, gaps: gapsOf(page) });
  const items = page.rows.flatMap((row, index) => (index === 0 ? [itemOf(row)] : [COMMA, itemOf(row)]));
  return Buffer.concat([Buffer.from(`${start.slice(0, -1)},"items":[`), ...items, Buffer.from(']}')]);
}

/** `{"seq","id","time","event"?,"from"?,"data"}`: a content ends with the closing brace. */
function itemOf({ seq, id, timeMs, content }: LogRow): Buffer {
  const start = JSON.stringify({ seq, id, time: new Date(timeMs).toISOString() });
  return Buffer.concat([Buffer.from(`${start.slice(0, -1)},`), content]);
}
