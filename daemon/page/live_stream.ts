// The daemon's stream of failed lookups: opened with a filter, read to its end, opened again when it breaks. What comes
// faster than it can be shown is counted and thrown away, the newest kept.

import { droppedBy, isLocalMiss, LineSplitter } from "./json_lines.js";

export interface StreamHearing {
  /** The newest lines, oldest first; at most every SHOW_MS. */
  lines(newest: readonly NumberedLine[], seen: Seen): void;
  /** The daemon will not stream under this filter; its own words. */
  refused(text: string): void;
  /** The stream broke and is opened again. */
  broken(): void;
  opened(): void;
}

export interface NumberedLine {
  /** Of those kept, from 0. */
  readonly number: number;
  readonly text: string;
}

/** Since the stream was opened. */
export interface Seen {
  readonly lines: number;
  /** Lost on the way here, by the daemon's count. */
  readonly dropped: number;
  readonly localMisses: number;
}

const SHOW_MS = 250;
const AGAIN_MS = 2000;
const MOST_LINES = 200;

export class LiveStream {
  readonly #hearing: StreamHearing;
  #abort: AbortController | undefined;
  #reconnect: ReturnType<typeof setTimeout> | undefined;
  #show: ReturnType<typeof setTimeout> | undefined;
  #query = "";
  #kept = 0;
  #newest: NumberedLine[] = [];
  #seen = { lines: 0, dropped: 0, localMisses: 0 };
  hidesLocalMisses = true;

  constructor(hearing: StreamHearing) {
    this.#hearing = hearing;
  }

  /** Ends what is open. `filter`: parameters of GET /stream. */
  open(filter: URLSearchParams): void {
    this.close();
    this.#query = filter.toString();
    this.#newest = [];
    this.#kept = 0;
    this.#seen = { lines: 0, dropped: 0, localMisses: 0 };
    this.#connect();
  }

  close(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    clearTimeout(this.#reconnect);
    clearTimeout(this.#show);
    this.#show = undefined;
  }

  #connect(): void {
    const abort = new AbortController();
    this.#abort = abort;
    this.#read(abort.signal).then(
      (isRefused) => {
        if (!isRefused) this.#again(abort);
      },
      () => this.#again(abort),
    );
  }

  #again(abort: AbortController): void {
    if (abort.signal.aborted) return;
    this.#hearing.broken();
    this.#reconnect = setTimeout(() => this.#connect(), AGAIN_MS);
  }

  /** Resolves at the end of the stream; true if there never will be one under this filter. */
  async #read(signal: AbortSignal): Promise<boolean> {
    const response = await fetch(`stream?format=json&failed=only&${this.#query}`, { signal, cache: "no-store" });
    if (response.status === 400 || response.status === 404) {
      this.#hearing.refused((await response.text()).trim());
      return true;
    }
    if (!response.ok || response.body === null) return false;
    this.#hearing.opened();
    const splitter = new LineSplitter();
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return false;
      this.#take(splitter.split(decoder.decode(value, { stream: true })));
    }
  }

  #take(lines: readonly string[]): void {
    for (const line of lines) {
      const dropped = droppedBy(line);
      if (dropped !== undefined) {
        this.#seen.dropped += dropped;
        continue;
      }
      this.#seen.lines += 1;
      const isHidden = isLocalMiss(line);
      if (isHidden) this.#seen.localMisses += 1;
      if (isHidden && this.hidesLocalMisses) continue;
      this.#newest.push({ number: this.#kept, text: line });
      this.#kept += 1;
    }
    if (this.#newest.length > MOST_LINES) this.#newest.splice(0, this.#newest.length - MOST_LINES);
    this.#show ??= setTimeout(() => {
      this.#show = undefined;
      this.#hearing.lines(this.#newest, this.#seen);
    }, SHOW_MS);
  }
}
