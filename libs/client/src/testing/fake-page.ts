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

/** Puts a page around this process: what the SDK looks for on the global object, until leave(). */
export class FakePage {
  readonly localStorage: KeyValueStorage = new FakeStorage();
  readonly sessionStorage: KeyValueStorage = new FakeStorage();
  readonly #window = new EventTarget();
  readonly #document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  #listening = 0;

  constructor() {
    const addEventListener = (type: string, run: EventListener, options: AddEventListenerOptions): void => {
      this.#listening += 1;
      options.signal?.addEventListener('abort', () => (this.#listening -= 1));
      this.#window.addEventListener(type, run, options);
    };
    Object.assign(globalThis, { addEventListener, document: this.#document, window: this });
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

  leave(): void {
    for (const name of ['addEventListener', 'document', 'window']) Reflect.deleteProperty(globalThis, name);
  }
}
