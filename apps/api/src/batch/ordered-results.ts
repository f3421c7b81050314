interface Place {
  text: string | undefined;
}

/** Writes results in the order in which their places were taken, however they come; those that come together are written together. */
export class OrderedResults {
  private readonly places: Place[] = [];
  private isFlushDue = false;
  private whenEmpty: (() => void) | undefined;

  /**
   * @param write takes some results at once, and does not throw
   * @param defer calls back soon, when more results may have come
   */
  constructor(
    private readonly write: (text: string) => void,
    private readonly defer: (callback: () => void) => void,
  ) {}

  /** Takes the next place; to be called with its result, once. */
  next(): (text: string) => void {
    const place: Place = { text: undefined };
    this.places.push(place);
    return (text) => {
      place.text = text;
      if (this.isFlushDue) return;
      this.isFlushDue = true;
      this.defer(() => {
        this.flush();
      });
    };
  }

  /** Resolves once every place has got its result, and all are written. */
  async finished(): Promise<void> {
    if (this.places.length > 0) await new Promise<void>((resolve) => (this.whenEmpty = resolve));
  }

  private flush(): void {
    this.isFlushDue = false;
    const first = this.places.findIndex(({ text }) => text === undefined);
    const ready = this.places.splice(0, first < 0 ? this.places.length : first);
    if (ready.length > 0) this.write(ready.map(({ text }) => text).join(''));
    if (this.places.length === 0) this.whenEmpty?.();
  }
}
