export * from './backend-settings';
export * from './backends';
export * from './backends.module';
