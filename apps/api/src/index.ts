export { ApiModule } from './api.module';
export { ApiPartsModule } from './api-parts.module';
export { createHttpAdapter } from './http/create-http-adapter';
