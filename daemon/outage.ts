// Something that can fail for a while: told once when it begins, again when the cause changes, and once when it is over.

import { causeOf } from "./errors.js";

export class Outage {
  readonly #tell: (error: Error | undefined) => void;
  #cause: string | undefined;

  /** `tell` gets the error, and undefined when it works again. */
  constructor(tell: (error: Error | undefined) => void) {
    this.#tell = tell;
  }

  get isOn(): boolean {
    return this.#cause !== undefined;
  }

  /** `cause` is what to compare by, where the message holds more than the cause: a count, a time. */
  fails(error: unknown, cause = causeOf(error)): void {
    if (cause === this.#cause) return;
    this.#cause = cause;
    this.#tell(error instanceof Error ? error : new Error(String(error)));
  }

  works(): void {
    if (this.#cause === undefined) return;
    this.#cause = undefined;
    this.#tell(undefined);
  }

  /** What `act` returns, or undefined if it throws. */
  during<T>(act: () => T): T | undefined {
    let value: T;
    try {
      value = act();
    } catch (error) {
      this.fails(error);
      return undefined;
    }
    this.works();
    return value;
  }
}
