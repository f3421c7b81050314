/** What services can be told of. */
export const EVENT_TOPICS = ['lifecycle', 'receipts'] as const;

/** One of them: connections that come and go, or messages that are acknowledged or expire. */
export type EventTopic = (typeof EVENT_TOPICS)[number];

/** An event for other services, as it is published. */
export interface PublishedEvent {
  readonly topic: EventTopic;
  /** The user whom it is about: the events of one user stay in order. */
  readonly key: string;
  /** JSON; docs/events.md says of what shape. */
  readonly value: string;
}

/** Publishes events to whoever listens. What each adapter promises: they are kept when `publish` resolves, those of a key in their order. */
export abstract class EventPublisher {
  /** @throws Error if they could not all be published; some may have been */
  abstract publish(events: readonly PublishedEvent[]): Promise<void>;

  /** Ends at once. Does not throw. */
  abstract close(): Promise<void>;
}
