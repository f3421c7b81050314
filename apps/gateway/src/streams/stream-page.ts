import { gapsOf, type LogPage } from '@switchboard/message-log';
import { encodeMessageFrame } from '@switchboard/protocol/events';
import { serverFrame, textFrame } from '../frames/web-socket-frame';
import { type PageEntry, type StreamPage } from './local-stream';

/** Makes the frames of a page, messages and gaps in order, once for all who read it. */
export function toStreamPage(page: LogPage): StreamPage {
  const { stream, rows, through, head } = page;
  const messages = rows.map<PageEntry>((row) => ({
    after: row.seq - 1,
    through: row.seq,
    timeMs: row.timeMs,
    frame: textFrame(encodeMessageFrame({ stream, ...row })),
  }));
  const gaps = gapsOf(page).map<PageEntry>((gap) => ({ ...gap, frame: serverFrame({ type: 'gap', stream, ...gap }) }));
  const entries = gaps.length === 0 ? messages : [...messages, ...gaps].sort((one, other) => one.after - other.after);
  return { entries, through, head };
}
