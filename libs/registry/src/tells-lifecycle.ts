/** Says whether other services are told of connections that come and go, among what else they are told of. */
export interface TellsLifecycle {
  /** Absent: nothing is published. */
  readonly publishedEvents?: readonly string[] | undefined;
}

/** Whether they are. */
export function tellsLifecycle({ publishedEvents = [] }: TellsLifecycle): boolean {
  return publishedEvents.includes('lifecycle');
}
