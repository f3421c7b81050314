import { batchOperations } from '../batch/batch-operations';
import { memberOperations } from '../channels/member-operations';
import { connectionOperations } from '../connections/connection-operations';
import { messageOperations } from '../messages/message-operations';
import { sendOperations } from '../messages/send-operations';
import { serverOperations } from '../servers/server-operations';
import { streamOperations } from '../streams/stream-operations';
import { userOperations } from '../users/user-operations';
import { type Operation } from './operation';
import { processOperations } from './process-operations';

/** Every operation of the API, in the order in which the page shows them. */
export const OPERATIONS: readonly Operation[] = [
  ...sendOperations,
  ...batchOperations,
  ...messageOperations,
  ...streamOperations,
  ...userOperations,
  ...connectionOperations,
  ...memberOperations,
  ...serverOperations,
  ...processOperations,
];
