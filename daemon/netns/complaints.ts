// What names cannot be read from: each file or folder is told of once when it begins, and once when it is over.

import { codeOf } from "../errors.js";
import { Outage } from "../outage.js";

/** Gets the error, or undefined when `object` can be read again or is gone. */
export type Report = (error: Error | undefined, object: string) => void;

interface Details {
  /** What to call the object this time. */
  readonly shown?: string;
  /** Of the cause: another one is told anew. */
  readonly kind?: string;
}

export class Complaints {
  readonly #report: Report;
  readonly #open = new Map<string, Outage>();
  readonly #raised = new Set<string>();

  constructor(report: Report) {
    this.#report = report;
  }

  raise(act: string, object: string, cause: unknown, hint: string, { shown, kind }: Details = {}): void {
    const outage = this.#open.get(object) ?? new Outage((error) => this.#report(error, object));
    this.#open.set(object, outage);
    this.#raised.add(object);
    const text = cause instanceof Error ? cause.message : String(cause);
    outage.fails(new Error(`${act} ${shown ?? object}: ${text}; ${hint}`, { cause }), kind ?? text);
  }

  /** What was not raised since the last round is over. */
  endRound(): void {
    for (const [object, outage] of this.#open) {
      if (this.#raised.has(object)) continue;
      outage.works();
      this.#open.delete(object);
    }
    this.#raised.clear();
  }
}

/** The file or folder is not there, which is normal for everything names are read from. */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ENOENT" || code === "ENOTDIR";
}
