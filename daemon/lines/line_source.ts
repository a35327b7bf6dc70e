// What everything that gives lines offers: probes of one's own as well as a daemon's stream.

import type { LineFormat } from "../native/session.js";

export type SourceFormat = Exclude<LineFormat, "sse">;

/** Lookups that were wanted and never came. */
export interface LinesDropped {
  /** Found no room in the ring buffer. */
  readonly ringbuf: number;
  /** Waited too long to be taken. */
  readonly queue: number;
  /** Told by the daemon, for either reason. */
  readonly daemon: number;
}

/** One reader; a call of next() while one is pending is a mistake. */
export interface LineSource {
  /** Lines that came, whole ones and at least one; waits for them. Undefined once it was stopped and nothing is left. */
  next(): Promise<Buffer | undefined>;
  /** What was looked up until now still comes, then nothing more. May be called again. */
  stop(): void;
  dropped(): LinesDropped;
  /** Frees everything at once. May be called again. */
  close(): void;
}
