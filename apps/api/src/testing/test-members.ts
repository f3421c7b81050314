import { type ChannelMembers, type Member } from '@switchboard/registry';
import { type ChangeMembership } from '@switchboard/routing';

/** Members of one channel, without a database, and what was asked to change. */
export class TestMembers {
  readonly all: Member[] = [];
  readonly changes: string[] = [];
  /** Set: every change fails with it. */
  failure: Error | undefined;

  readonly changeMembership: Pick<ChangeMembership, keyof ChangeMembership> = {
    add: (channel, user) => this.change(`+${channel} ${user}`),
    remove: (channel, user) => this.change(`-${channel} ${user}`),
  };

  readonly channelMembers: Pick<ChannelMembers, 'page'> = {
    page: (_channel, after, limit) => Promise.resolve(this.all.filter(({ user }) => user > after).slice(0, limit)),
  };

  clear(): void {
    this.all.length = 0;
    this.changes.length = 0;
    this.failure = undefined;
  }

  private change(change: string): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.changes.push(change);
    return Promise.resolve();
  }
}
