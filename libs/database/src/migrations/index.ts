import type { MigrationInterface } from 'typeorm';
import { CreateMessageLog1764000000000 } from './1764000000000-create-message-log';
import { CreateRegistry1764000000001 } from './1764000000001-create-registry';
import { AddMessageOptions1764000000002 } from './1764000000002-add-message-options';
import { CreateMemberships1764000000005 } from './1764000000005-create-memberships';
import { CreateCursors1764000000003 } from './1764000000003-create-cursors';
import { CreateOutbox1764000000004 } from './1764000000004-create-outbox';
import { FindServersAndConnections1764000000006 } from './1764000000006-find-servers-and-connections';

/** All migrations, oldest first. A migration that has been released is never changed. */
export const migrations: (new () => MigrationInterface)[] = [
  CreateMessageLog1764000000000,
  CreateRegistry1764000000001,
  AddMessageOptions1764000000002,
  CreateCursors1764000000003,
  CreateOutbox1764000000004,
  CreateMemberships1764000000005,
  FindServersAndConnections1764000000006,
];
