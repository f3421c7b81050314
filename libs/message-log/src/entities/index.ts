import { IdempotencyKey } from './idempotency-key.entity';
import { LogIncarnation } from './log-incarnation.entity';
import { StoredMessage } from './stored-message.entity';
import { StreamHead } from './stream-head.entity';
import { UserCursor } from './user-cursor.entity';
import { UserDevice } from './user-device.entity';

export { LogIncarnation, StoredMessage, StreamHead };

/** The entities of the log, for the data source. */
export const messageLogEntities = [StreamHead, StoredMessage, LogIncarnation, IdempotencyKey, UserDevice, UserCursor];
