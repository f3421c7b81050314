/** What the SDK needs of a storage: `localStorage` and `sessionStorage` fit. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** The storages of a page. */
export type PageStorageName = 'localStorage' | 'sessionStorage';

/**
 * The storage of the page, which is never an obstacle: what cannot be read is null, what cannot be written is not. Private windows, sandboxed
 * frames and blocked cookies make every access throw, a full storage the writes. Undefined where there is no page: Node's own localStorage
 * belongs to nobody.
 */
export function pageStorage(name: PageStorageName): KeyValueStorage | undefined {
  const page = globalThis as { readonly document?: unknown } & Partial<Record<PageStorageName, KeyValueStorage>>;
  return page.document === undefined ? undefined : forgiving(() => page[name]);
}

/** The storage that `open` gives, without its errors. */
export function forgiving(open: () => KeyValueStorage | undefined): KeyValueStorage {
  return {
    getItem(key) {
      try {
        return open()?.getItem(key) ?? null;
      } catch {
        return null; // as if nothing was ever stored
      }
    },
    setItem(key, value) {
      try {
        open()?.setItem(key, value);
      } catch {
        // Nothing is lost but the memory of it.
      }
    },
  };
}
