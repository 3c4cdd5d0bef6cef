/** Values for one reader, in the order that they came: it waits where there is none, until the end or a failure. */
export class Mailbox<T> implements AsyncIterable<T> {
  readonly #values: T[] = [];
  #over: { readonly error?: unknown } | undefined;
  #wake = () => {};

  push(value: T): void {
    this.#values.push(value);
    this.#wake();
  }

  /** Nothing comes any more; what came before is still read, and then the error thrown, if there is one. */
  end(over: { readonly error?: unknown } = {}): void {
    this.#over ??= over;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (;;) {
      while (this.#values.length > 0) yield this.#values.shift()!;
      if (this.#over) {
        if (this.#over.error !== undefined) throw this.#over.error;
        return;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
