// A stream as it arrives: puts chunks together to whole lines and takes out what the daemon says about the stream
// itself (heartbeats, drops), so that lookups remain, in characters that a terminal only shows.

import { escaped } from "./escaped.js";
import type { SourceFormat } from "./line_source.js";

const NEWLINE = 10;
/** A line is a few hundred bytes; whoever sends this much without an end of line is no daemon of ours. */
const MOST_LINE_BYTES = 1 << 16;

/** How a line about the stream begins, and how it tells how many lookups were dropped. */
const MARKS = {
  text: { begins: /^#/, searched: "\n#", dropped: /^# dropped (\d+) lines$/ },
  json: { begins: /^($|\{"dropped")/, searched: '\n{"dropped"', dropped: /^\{"dropped":(\d+)\}$/ },
} as const;

/** What comes is not what a daemon sends. */
export class NoLines extends Error {}

export class Received {
  readonly #format: SourceFormat;
  readonly #marks: (typeof MARKS)[SourceFormat];
  #rest: Buffer = Buffer.alloc(0);
  #dropped = 0;

  constructor(format: SourceFormat) {
    this.#format = format;
    this.#marks = MARKS[format];
  }

  /** Lookups the daemon said it dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Lines of lookups that are complete with this chunk; may be empty. Throws NoLines. */
  add(chunk: Buffer): Buffer {
    const all = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = all.lastIndexOf(NEWLINE) + 1;
    this.#rest = Buffer.from(all.subarray(end));
    if (this.#rest.length > MOST_LINE_BYTES) throw new NoLines("a line without an end came");
    const lines = all.subarray(0, end);
    return escaped(this.#hasMarks(lines) ? this.#withoutMarks(lines) : lines, this.#format);
  }

  #hasMarks(lines: Buffer): boolean {
    const { begins, searched } = this.#marks;
    if (lines.length === 0) return false;
    return (
      begins.test(lines.toString("latin1", 0, 16).split("\n", 1)[0] ?? "") ||
      lines.includes(searched) ||
      lines.includes("\n\n")
    );
  }

  #withoutMarks(lines: Buffer): Buffer {
    const kept = lines
      .toString("latin1")
      .split("\n")
      .slice(0, -1)
      .filter((line) => !this.#isMark(line));
    return Buffer.from(kept.map((line) => `${line}\n`).join(""), "latin1");
  }

  #isMark(line: string): boolean {
    if (!this.#marks.begins.test(line)) return false;
    this.#dropped += Number(this.#marks.dropped.exec(line)?.[1] ?? 0);
    return true;
  }
}
