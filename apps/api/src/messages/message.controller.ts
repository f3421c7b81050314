import { Controller, Delete, Get, HttpCode, Param } from '@nestjs/common';
import { MessageLog } from '@switchboard/message-log';
import { Metrics } from '@switchboard/observability';
import { targetOf, type StreamKey } from '@switchboard/protocol';
import { RequireScope } from '../auth/require-scope';
import { messageReference, noSuchMessage } from './message-reference';

/** What became of a message. */
interface MessageStatus {
  readonly id: string;
  readonly stream: string;
  readonly seq: number;
  /** RFC 3339; of a message that is gone, the sender's clock. */
  readonly time: string;
  /** RFC 3339; null for a message that is gone. */
  readonly expiresAt: string | null;
  readonly expired: boolean;
  readonly recalled: boolean;
  readonly recalledAt?: string;
  /** Of a message to a user: which of the devices have acknowledged it. */
  readonly devices?: readonly { readonly device: string; readonly acknowledged: boolean }[];
}

/** Tells what became of a message, and takes it back. */
@Controller('v1/messages')
export class MessageController {
  constructor(
    private readonly log: MessageLog,
    private readonly metrics: Metrics,
  ) {}

  /** Where it stands, and whether it was acknowledged, has expired, or was taken back. */
  @Get(':id')
  @RequireScope('read')
  async get(@Param('id') id: string): Promise<MessageStatus> {
    const found = await this.log.find(messageReference(id));
    if (found === undefined) throw noSuchMessage();
    const { stream, seq, timeMs, expiresAtMs, isExpired, recalledAtMs } = found;
    return {
      id,
      stream,
      seq,
      time: new Date(timeMs).toISOString(),
      expiresAt: expiresAtMs === undefined ? null : new Date(expiresAtMs).toISOString(),
      expired: isExpired,
      recalled: recalledAtMs !== undefined,
      ...(recalledAtMs === undefined ? {} : { recalledAt: new Date(recalledAtMs).toISOString() }),
      ...(await this.devicesFor(stream, seq)),
    };
  }

  /** Takes it back: no read of the log returns it after the answer; an event under way may still be written. */
  @Delete(':id')
  @HttpCode(204)
  @RequireScope('send')
  async recall(@Param('id') id: string): Promise<void> {
    if (!(await this.log.recall(messageReference(id)))) throw noSuchMessage();
    this.metrics.set.messagesRecalled.inc();
  }

  private async devicesFor(stream: StreamKey, seq: number): Promise<Pick<MessageStatus, 'devices'>> {
    const target = targetOf(stream);
    if (target === undefined || !('user' in target)) return {};
    const devices = await this.log.devices(target.user);
    return { devices: devices.map(({ device, cursor }) => ({ device, acknowledged: cursor >= seq })) };
  }
}
