import type { KeyValueStorage } from '../storage';

/** A storage in memory. */
export class FakeStorage implements KeyValueStorage {
  readonly items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

const STORAGES = ['localStorage', 'sessionStorage'] as const;

/** Puts a page around this process: what the SDK looks for on the global object, until leave(). */
export class FakePage {
  readonly #window = new EventTarget();
  readonly #document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  #listening = 0;

  constructor() {
    const addEventListener = (type: string, run: EventListener, options: AddEventListenerOptions): void => {
      this.#listening += 1;
      options.signal?.addEventListener('abort', () => (this.#listening -= 1));
      this.#window.addEventListener(type, run, options);
    };
    Object.assign(globalThis, { addEventListener, document: this.#document });
  }

  /** How many listeners the window has. */
  get listening(): number {
    return this.#listening;
  }

  /** Something happens to the window. */
  tell(type: string, fields: object = {}): void {
    this.#window.dispatchEvent(Object.assign(new Event(type), fields));
  }

  /** The user looks at another tab, or comes back. */
  show(visibilityState: 'visible' | 'hidden'): void {
    this.#document.visibilityState = visibilityState;
    this.#document.dispatchEvent(new Event('visibilitychange'));
  }

  /** The page has this storage, or throws when it is asked for it. */
  replace(name: (typeof STORAGES)[number], storage: KeyValueStorage | Error): void {
    const get = (): KeyValueStorage => {
      if (storage instanceof Error) throw storage;
      return storage;
    };
    Object.defineProperty(globalThis, name, { get, configurable: true });
  }

  leave(): void {
    for (const name of ['addEventListener', 'document', ...STORAGES]) Reflect.deleteProperty(globalThis, name);
  }
}
