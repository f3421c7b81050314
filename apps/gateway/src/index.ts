export { ClientSendsModule } from './client-sends.module';
export { GatewayModule } from './gateway.module';
export { GatewayReadinessModule } from './gateway-readiness.module';
export { ServerLife } from './server/server-life';
export { ConnectRequest } from './sockets/connect-request';
