import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

const LATENCY_BUCKETS_S = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2.5, 5, 10];

/** Every metric by the name it has in the code: its public name, kind and meaning. */
const METRICS = {
  connections: { kind: 'gauge', name: 'switchboard_connections', help: 'Live connections of this server.' },
  streams: { kind: 'gauge', name: 'switchboard_streams', help: 'Streams with local subscriptions.' },
  connectionsOpened: { kind: 'counter', name: 'switchboard_connections_opened_total', help: 'Connections that became ready.' },
  connectionsClosed: {
    kind: 'counter',
    name: 'switchboard_connections_closed_total',
    help: 'Connections that ended, by close code.',
    labels: ['code'],
  },
  connectionsRefused: {
    kind: 'counter',
    name: 'switchboard_connections_refused_total',
    help: 'Connections refused before ready, by error code.',
    labels: ['reason'],
  },
  limitsReached: {
    kind: 'counter',
    name: 'switchboard_limits_reached_total',
    help: 'Times that a client met a limit: origin, admission, connections, address, upgrades, user, frames (their number or bytes), sends, acks (out of range).',
    labels: ['limit'],
  },
  keyFetches: {
    kind: 'counter',
    name: 'switchboard_token_key_fetches_total',
    help: 'Fetches of the published keys of tokens, by outcome: ok or failed.',
    labels: ['outcome'],
  },
  messagesAccepted: { kind: 'counter', name: 'switchboard_messages_accepted_total', help: 'Messages committed to the log.' },
  messagesRefused: { kind: 'counter', name: 'switchboard_messages_refused_total', help: 'Sends refused, by error code.', labels: ['code'] },
  messagesReplayed: {
    kind: 'counter',
    name: 'switchboard_messages_replayed_total',
    help: 'Sends that repeated an earlier one by their idempotency key.',
  },
  messagesRecalled: { kind: 'counter', name: 'switchboard_messages_recalled_total', help: 'Messages taken back.' },
  messagesExpired: {
    kind: 'counter',
    name: 'switchboard_messages_expired_total',
    help: 'Events of messages whose time was over before they could be written; their clients are told of a gap.',
  },
  framesWritten: {
    kind: 'counter',
    name: 'switchboard_frames_written_total',
    help: 'Message and gap frames written to sockets, ephemeral messages included.',
  },
  acknowledgementsPending: {
    kind: 'gauge',
    name: 'switchboard_acknowledgements_pending',
    help: 'Devices whose newest acknowledgement is not kept yet.',
  },
  eventsPublished: {
    kind: 'counter',
    name: 'switchboard_events_published_total',
    help: 'Events published for other services: connections that come and go, receipts.',
  },
  publishFailures: {
    kind: 'counter',
    name: 'switchboard_publish_failures_total',
    help: 'Times that events for other services could not be published and were left for another try.',
  },
  publishedEventsDropped: {
    kind: 'counter',
    name: 'switchboard_published_events_dropped_total',
    help: 'Events for other services that were given up since they could not be published for too long.',
  },
  eventsSent: { kind: 'counter', name: 'switchboard_events_sent_total', help: 'Events handed to the bus, one for each server concerned.' },
  eventsReceived: { kind: 'counter', name: 'switchboard_events_received_total', help: 'Events read from the bus.' },
  eventsUnreadable: {
    kind: 'counter',
    name: 'switchboard_events_unreadable_total',
    help: 'Events from the bus that this version cannot read.',
  },
  eventsLocal: { kind: 'counter', name: 'switchboard_events_local_total', help: 'Messages handed to local subscriptions without the bus.' },
  hintsLost: {
    kind: 'counter',
    name: 'switchboard_hints_lost_total',
    help: 'Events that could not be sent; reconciling brings the message.',
  },
  goawaysSent: { kind: 'counter', name: 'switchboard_goaways_total', help: 'Clients that were asked to go elsewhere.' },
  draining: {
    kind: 'gauge',
    name: 'switchboard_draining',
    help: '1 once this server admits no more and asks its clients to leave, else 0.',
  },
  commandsTaken: {
    kind: 'counter',
    name: 'switchboard_commands_taken_total',
    help: 'Commands that this server did what they say, by name.',
    labels: ['name'],
  },
  closingsRefused: {
    kind: 'counter',
    name: 'switchboard_closings_refused_total',
    help: 'Commands to close connections that were dropped, since as many as may be are being carried out.',
  },
  commandsSent: { kind: 'counter', name: 'switchboard_commands_sent_total', help: 'Commands to servers handed to the bus.' },
  commandsFailed: { kind: 'counter', name: 'switchboard_commands_failed_total', help: 'Commands to servers that could not be sent.' },
  batches: { kind: 'gauge', name: 'switchboard_batches', help: 'Batches of messages that are being sent.' },
  ephemeralsSent: {
    kind: 'counter',
    name: 'switchboard_ephemerals_sent_total',
    help: 'Ephemeral messages taken and sent on their way.',
  },
  ephemeralsDropped: {
    kind: 'counter',
    name: 'switchboard_ephemerals_dropped_total',
    help: 'Ephemeral messages that did not get to a socket, or to those it had not reached yet, by reason: expired, slow (a full socket, and no conflateKey), replaced (by a newer one with its key), full (too many waited), overloaded.',
    labels: ['reason'],
  },
  ephemeralBytesHeld: {
    kind: 'gauge',
    name: 'switchboard_ephemeral_bytes_held',
    help: 'Bytes of ephemeral messages that wait for slow clients.',
  },
  ephemeralsWaiting: {
    kind: 'gauge',
    name: 'switchboard_ephemerals_waiting',
    help: 'Ephemeral messages that are being written to many sockets, or wait for such a one.',
  },
  catchUpReads: {
    kind: 'counter',
    name: 'switchboard_catch_up_reads_total',
    help: 'Pages read from the log for subscriptions behind its head.',
  },
  catchUpFailures: { kind: 'counter', name: 'switchboard_catch_up_failures_total', help: 'Page reads that failed and were tried again.' },
  reconcileRepairs: {
    kind: 'counter',
    name: 'switchboard_reconcile_repairs_total',
    help: 'Streams that a reconcile round found behind the log; under traffic most of their events are merely under way.',
  },
  membershipRepairs: {
    kind: 'counter',
    name: 'switchboard_membership_repairs_total',
    help: 'Users whose change of memberships a round found, since nobody had told this server.',
  },
  membershipFailures: {
    kind: 'counter',
    name: 'switchboard_membership_failures_total',
    help: 'Times that memberships could not be read or applied; a later round does it.',
  },
  eventsMissed: {
    kind: 'counter',
    name: 'switchboard_events_missed_total',
    help: 'Times that an event stayed missing for so long that its stream read the log.',
  },
  subscriptionsPaused: {
    kind: 'counter',
    name: 'switchboard_subscriptions_paused_total',
    help: 'Subscriptions paused since their socket was full.',
  },
  leaseHeld: { kind: 'gauge', name: 'switchboard_lease_held', help: '1 while this process holds its slot, else 0.' },
  leaseChanges: {
    kind: 'counter',
    name: 'switchboard_lease_changes_total',
    help: 'Times that this server lost its slot to another and leased anew.',
  },
  repliesFailed: { kind: 'counter', name: 'switchboard_replies_failed_total', help: 'Answers to other servers that could not be sent.' },
  repliesAwaited: {
    kind: 'gauge',
    name: 'switchboard_replies_awaited',
    help: 'Requests of this process that wait for answers of other servers.',
  },
  messagesWatched: {
    kind: 'gauge',
    name: 'switchboard_messages_watched',
    help: 'Messages that somebody waits for to be written or acknowledged here.',
  },
  watchesDropped: {
    kind: 'counter',
    name: 'switchboard_watches_dropped_total',
    help: 'Messages that somebody waits for and that are not watched, since as many as may be are.',
  },
  deliveryLatency: {
    kind: 'histogram',
    name: 'switchboard_delivery_seconds',
    help: 'From the commit of a message to the moment its writing to local sockets begins, by way: as an event, or read from the log.',
    labels: ['way'],
  },
  requestDuration: {
    kind: 'histogram',
    name: 'switchboard_http_request_seconds',
    help: 'HTTP requests of the API, by route and status.',
    labels: ['route', 'status'],
  },
} as const satisfies Record<string, MetricDescription>;

interface MetricDescription {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

type MetricOf<Description extends MetricDescription> = Description['kind'] extends 'counter'
  ? Counter
  : Description['kind'] extends 'gauge'
    ? Gauge
    : Histogram;

type MetricSet = { readonly [Name in keyof typeof METRICS]: MetricOf<(typeof METRICS)[Name]> };

type MeasurableName = {
  [Name in keyof typeof METRICS]: (typeof METRICS)[Name]['kind'] extends 'histogram' ? never : Name;
}[keyof typeof METRICS];

/** The metrics of one process, on a registry of their own. */
export class Metrics {
  private readonly registry = new Registry();
  readonly set: MetricSet;

  /** @param includesProcess also measure the process itself: CPU, memory, event loop, garbage collection */
  constructor({ includesProcess = true }: { readonly includesProcess?: boolean } = {}) {
    if (includesProcess) collectDefaultMetrics({ register: this.registry });
    this.set = Object.fromEntries(
      Object.entries(METRICS).map(([name, description]) => [name, this.create(description)]),
    ) as unknown as MetricSet;
  }

  /** Lets a gauge, or a counter that is counted elsewhere, be read from `read` whenever somebody asks for the metrics. */
  measure(name: MeasurableName, read: () => number): void {
    const metric: (Gauge | Counter) & { collect?: () => void } = this.set[name];
    metric.collect = () => {
      metric.reset();
      metric.inc(read());
    };
  }

  /** The content type of `text`. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** All metrics in the text format of Prometheus. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private create({ kind, name, help, labels }: MetricDescription): Counter | Gauge | Histogram {
    const common = { name, help, labelNames: [...(labels ?? [])], registers: [this.registry] };
    switch (kind) {
      case 'counter':
        return new Counter(common);
      case 'gauge':
        return new Gauge(common);
      case 'histogram':
        return new Histogram({ ...common, buckets: LATENCY_BUCKETS_S });
    }
  }
}
