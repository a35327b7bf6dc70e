// Puts JSON lines of lookups together by decision. A decision is told when the walk of the rules has ended it, or when no lookup
// of it has come for a moment.

import { setTimeout as pause } from "node:timers/promises";
import { decisionText, type TreeLookup } from "../explain/tree.js";
import type { LineSource, LinesDropped } from "../lines/line_source.js";

/** Lines of one decision come together; by tracepoint a failed one may wait for its namespace some ten milliseconds. */
const SETTLE_MS = 100;
/** Open at once at most: the oldest is told as it is. */
const MOST_OPEN = 10_000;

interface Open {
  readonly lookups: TreeLookup[];
  lastAt: number;
}

export class TreeSource implements LineSource {
  readonly #lines: LineSource;
  readonly #open = new Map<string, Open>();
  #coming: Promise<Buffer | undefined> | undefined;
  #told = "";

  /** `lines`: in JSON, of routes and rules. Owned by this from now on. */
  constructor(lines: LineSource) {
    this.#lines = lines;
  }

  async next(): Promise<Buffer | undefined> {
    for (;;) {
      this.#tell(performance.now() - SETTLE_MS);
      if (this.#told !== "") return this.#take();
      this.#coming ??= this.#lines.next();
      const lines = await (this.#open.size === 0 ? this.#coming : soonest(this.#coming));
      if (lines === "later") continue;
      this.#coming = undefined;
      if (lines === undefined) {
        this.#tell(Number.POSITIVE_INFINITY);
        return this.#told === "" ? undefined : this.#take();
      }
      for (const line of lines.toString().trimEnd().split("\n")) this.#add(JSON.parse(line) as TreeLookup);
    }
  }

  stop(): void {
    this.#lines.stop();
  }

  dropped(): LinesDropped {
    return this.#lines.dropped();
  }

  close(): void {
    this.#lines.close();
  }

  #add(lookup: TreeLookup): void {
    const { decision, netns } = lookup;
    if (typeof decision !== "number") {
      this.#told += decisionText([lookup]);
      return;
    }
    const key = `${netns.inode} ${decision}`;
    const open = this.#open.get(key) ?? { lookups: [], lastAt: 0 };
    open.lookups.push(lookup);
    open.lastAt = performance.now();
    this.#open.set(key, open);
    if (lookup.kind === "rule") this.#end(key, open);
    const [oldest] = this.#open;
    if (oldest !== undefined && this.#open.size > MOST_OPEN) this.#end(...oldest);
  }

  /** Those of which nothing came since. */
  #tell(since: number): void {
    for (const [key, open] of this.#open) if (open.lastAt <= since) this.#end(key, open);
  }

  #end(key: string, { lookups }: Open): void {
    this.#open.delete(key);
    this.#told += decisionText(lookups);
  }

  #take(): Buffer {
    const told = Buffer.from(this.#told);
    this.#told = "";
    return told;
  }
}

async function soonest<T>(coming: Promise<T>): Promise<T | "later"> {
  const ending = new AbortController();
  try {
    return await Promise.race([coming, pause(SETTLE_MS, "later" as const, { signal: ending.signal })]);
  } finally {
    ending.abort();
  }
}
