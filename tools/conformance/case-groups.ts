import { BAD_FRAMES } from './cases/bad-frames';
import { BATCH } from './cases/batch';
import { CHANNELS } from './cases/channels';
import { CLIENT_SENDS } from './cases/client-sends';
import { CLOSING } from './cases/closing';
import { CURSORS } from './cases/cursors';
import { DIRECTORY } from './cases/directory';
import { GAPS } from './cases/gaps';
import { HANDSHAKE } from './cases/handshake';
import { HEARTBEAT } from './cases/heartbeat';
import { HELLO } from './cases/hello';
import { HTTP_SENDS } from './cases/http-sends';
import { IDEMPOTENCY } from './cases/idempotency';
import { MEMBERSHIP } from './cases/membership';
import { MESSAGES } from './cases/messages';
import { PROCESS_ANSWERS } from './cases/process-answers';
import { RESUME } from './cases/resume';
import { STREAMS } from './cases/streams';
import { TOKENS } from './cases/tokens';
import { WAIT } from './cases/wait';
import { type CaseGroup } from './conformance-case';

/** Every case, by the part of the contract. Heartbeats come first, since they take as long as a server is patient. */
export const caseGroups: readonly CaseGroup[] = [
  HEARTBEAT,
  HANDSHAKE,
  HELLO,
  TOKENS,
  STREAMS,
  CHANNELS,
  GAPS,
  RESUME,
  CURSORS,
  CLIENT_SENDS,
  BAD_FRAMES,
  HTTP_SENDS,
  IDEMPOTENCY,
  BATCH,
  WAIT,
  MESSAGES,
  DIRECTORY,
  MEMBERSHIP,
  CLOSING,
  PROCESS_ANSWERS,
];
