/** What the SDK asks of a page, or of a worker. Node has none. */
export interface Page {
  readonly window: EventTarget;
  /** Workers have none. */
  readonly document?: (EventTarget & { readonly visibilityState: string }) | undefined;
}

/** The page that this code runs on, if it is one. */
export function platformPage(): Page | undefined {
  const scope = globalThis as Partial<EventTarget> & { readonly document?: Page['document'] };
  return typeof scope.addEventListener === 'function' ? { window: scope as EventTarget, document: scope.document } : undefined;
}

/** What becomes of a page. */
export interface PageListener {
  /** The network is back, or the page is: whatever was thought of the connection may be wrong. */
  onWake(): void;
  /** The page may never run again. */
  onHide(): void;
}

/**
 * Listens until the function that it returns is called. No handler of `unload` or `beforeunload` is set, and none waits for anything, so the
 * page may be kept in the back-forward cache.
 */
export function watchPage({ window, document }: Page, listener: PageListener): () => void {
  const listening = new AbortController();
  const on = (target: EventTarget | undefined, type: string, run: (event: Event) => void): void => {
    target?.addEventListener(type, run, { signal: listening.signal });
  };
  const wake = (): void => {
    listener.onWake();
  };
  const hide = (): void => {
    listener.onHide();
  };
  on(window, 'online', wake);
  on(window, 'pageshow', (event) => {
    // The others are first loads.
    if ((event as { readonly persisted?: boolean }).persisted) wake();
  });
  on(window, 'pagehide', hide);
  on(document, 'freeze', hide);
  on(document, 'resume', wake);
  on(document, 'visibilitychange', () => {
    if (document?.visibilityState === 'visible') wake();
    else hide();
  });
  return () => {
    listening.abort();
  };
}
