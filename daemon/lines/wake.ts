// Lets one waiter wait for whatever comes first: a call, or a time.

export class Wake {
  #isCalled = false;
  #waiter: (() => void) | undefined;

  /** Ends the wait that is on, or the next one. */
  readonly call = (): void => {
    this.#isCalled = true;
    this.#waiter?.();
  };

  /** Waits for a call since the last wait, at most `ms`; true if one came. */
  async wait(ms?: number): Promise<boolean> {
    if (!this.#isCalled) {
      await new Promise<void>((resolve) => {
        const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
        this.#waiter = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#waiter = undefined;
    }
    const isCalled = this.#isCalled;
    this.#isCalled = false;
    return isCalled;
  }
}
