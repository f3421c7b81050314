import { SwitchboardError } from '../error-codes';
import type { SendBody } from './send-body';

/** Checks what one field of a send means for another. @throws SwitchboardError `invalid_field` */
export function checkSendOptions({ durability, idempotencyKey, conflateKey }: SendBody): void {
  const isEphemeral = durability === 'ephemeral';
  if (isEphemeral && idempotencyKey !== undefined)
    throw new SwitchboardError('invalid_field', 'idempotencyKey: is for durable messages only');
  if (!isEphemeral && conflateKey !== undefined) throw new SwitchboardError('invalid_field', 'conflateKey: is for ephemeral messages only');
}
