export { type ClusterServer } from './app-server';
export { startCluster, type Cluster, type ClusterGateway, type ClusterOptions } from './cluster';
export { type TokenClaims } from './cluster-secrets';
export { type ClusterServices } from './cluster-services';
export { DeliveryLedger, type DeliveryTotals } from './delivery-ledger';
export { percentile } from './percentile';
export { PostLane, type PostTarget } from './post-lane';
export { projectRoot } from './project-root';
export { runWithCluster } from './run-with-cluster';
