import { EventPattern } from '@nestjs/microservices';

/** The pattern whose handler gets the events of all followed slots, a whole batch (`readonly Buffer[]`) per call. */
export const DELIVER_PATTERN = 'deliver';

/** `@EventPattern(DELIVER_PATTERN)`: marks the method of a controller that takes the events of the bus. */
export function DeliverEvents(): MethodDecorator {
  // Without the type argument TypeScript takes the overload for event maps, which allows no context as second parameter.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments
  return EventPattern<string>(DELIVER_PATTERN);
}
