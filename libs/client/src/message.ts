import type { MessageFrame } from '@switchboard/protocol';
import { dataTextOf } from './data-text';
import type { Message } from './events';

/** A message of a frame: its fields are the frame's, its text is looked into only when `dataText` is asked for. */
export class ReceivedMessage implements Message {
  declare readonly stream: string;
  declare readonly seq?: number;
  declare readonly id: string;
  declare readonly time: string;
  declare readonly event?: string;
  declare readonly from?: { readonly user: string };
  declare readonly data: unknown;
  readonly #text: string;
  readonly #ack: (message: Message) => void;

  constructor({ stream, seq, id, time, event, from, data }: MessageFrame, text: string, ack: (message: Message) => void) {
    Object.assign(
      this,
      { stream },
      seq === undefined ? {} : { seq },
      { id, time },
      event === undefined ? {} : { event },
      from === undefined ? {} : { from },
      { data },
    );
    this.#text = text;
    this.#ack = ack;
  }

  get dataText(): string {
    return dataTextOf(this.#text) ?? '';
  }

  ack(): void {
    this.#ack(this);
  }
}
