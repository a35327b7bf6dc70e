// Reports what cannot be read once, not at every refresh: again only after it could be read in between.

export class Complaints {
  readonly #report: (error: Error) => void;
  readonly #open = new Set<string>();

  constructor(report: (error: Error) => void) {
    this.#report = report;
  }

  raise(act: string, object: string, cause: unknown, hint: string): void {
    if (this.#open.has(object)) return;
    this.#open.add(object);
    const text = cause instanceof Error ? cause.message : String(cause);
    this.#report(new Error(`${act} ${object}: ${text}; ${hint}`, { cause }));
  }

  settle(object: string): void {
    this.#open.delete(object);
  }
}

/** The file or folder is not there, which is normal for everything names are read from. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
