export { SwitchboardProvider, useSwitchboard, type SwitchboardProviderProps } from './provider';
export { useConnectionState } from './use-connection-state';
export { useMessage } from './use-message';
export { useMessages, type UseMessagesOptions } from './use-messages';
export { useSubscription } from './use-subscription';
export type { MessageFilter } from './message-filter';
