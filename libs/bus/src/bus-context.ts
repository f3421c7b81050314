import { BaseRpcContext } from '@nestjs/microservices';

/** What a handler learns of a batch besides its events; take it with `@Ctx()`. */
export class BusContext extends BaseRpcContext<[slot: number]> {
  /** The slot that the batch was read from. */
  get slot(): number {
    return this.args[0];
  }
}
