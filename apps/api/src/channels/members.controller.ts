import { Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { isUser, SwitchboardError } from '@switchboard/protocol';
import { ChannelMembers, type Member } from '@switchboard/registry';
import { ChangeMembership } from '@switchboard/routing';
import { RequireScope } from '../auth/require-scope';
import { checkChannel, checkUser } from '../http/check-names';
import { PAGE_LIMIT } from '../http/page-limit';
import { queryNumber } from '../http/query-number';

interface MembersPage {
  readonly items: readonly Member[];
  /** To be given as `after` for the next page; null: there is none. */
  readonly next: string | null;
}

/**
 * Says who is a member of a channel: the user's connections, now and later, follow it, whatever their tokens say. Hence the scope `admin`:
 * it gives users what they could not take themselves.
 */
@Controller('v1/channels/:channel/members')
export class MembersController {
  constructor(
    private readonly changeMembership: ChangeMembership,
    private readonly members: ChannelMembers,
  ) {}

  /** The user gets every message of the channel that is sent after the answer; one who is a member already stays so. */
  @Put(':user')
  @HttpCode(204)
  @RequireScope('admin')
  async add(@Param('channel') channel: string, @Param('user') user: string): Promise<void> {
    checkChannel(channel);
    checkUser(user);
    await this.changeMembership.add(channel, user);
  }

  /** Ends a membership; connections that follow the channel by themselves go on. */
  @Delete(':user')
  @HttpCode(204)
  @RequireScope('admin')
  async remove(@Param('channel') channel: string, @Param('user') user: string): Promise<void> {
    checkChannel(channel);
    checkUser(user);
    await this.changeMembership.remove(channel, user);
  }

  /** The members, by their names, page by page. */
  @Get()
  @RequireScope('read', ['limit', 'after'])
  async list(
    @Param('channel') channel: string,
    @Query() { limit: limitText, after }: { readonly limit?: string; readonly after?: string },
  ): Promise<MembersPage> {
    checkChannel(channel);
    if (after !== undefined && !isUser(after)) throw new SwitchboardError('invalid_path', 'after is not the next of a page.');
    const limit = queryNumber(limitText, PAGE_LIMIT);
    // One more, to know whether there is a next page.
    const found = await this.members.page(channel, after ?? '', limit + 1);
    const items = found.slice(0, limit);
    return { items, next: found.length > limit ? (items.at(-1)?.user ?? null) : null };
  }
}
