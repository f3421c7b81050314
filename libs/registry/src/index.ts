export { ChannelMembers, type Member } from './channel-members';
export { ConnectionDirectory, type ConnectionCount, type ConnectionsOf, type LiveConnection } from './connection-directory';
export { ConnectionsOfUser, type ConnectionOrder, type PlacedConnection } from './connections-of-user';
export { ConnectionRegistry, type ConnectionRegistrySettings } from './connection-registry';
export { type ConnectionKey, type RegisteredConnection } from './connection-row';
export { registryEntities } from './entities';
export { HeldSlot, type SlotListener } from './held-slot';
export { type Lease, type LeaseSource } from './lease';
export {
  LeaseStore,
  type GrantedLease,
  type LeaseRequest,
  type OwnedLease,
  type Renewal,
  type ServerRole,
  type SlotCount,
} from './lease-store';
export { lookupError } from './lookup-error';
export { makeServerId } from './make-server-id';
export { Reconciler } from './reconciler';
export { RegistryCleaner, type CleaningObserver, type CleaningReport, type RegistryCleanerSettings } from './registry-cleaner';
export { ServerDirectory, type KnownServer } from './server-directory';
export { ServerLease, type LeaseListener, type ServerLeaseOptions } from './server-lease';
export { ServerLookup, type ServerLookupSettings } from './server-lookup';
export { UserMemberships, type MembershipsOfUser } from './user-memberships';
