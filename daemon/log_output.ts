// Where the log's lines go. A write never waits for a reader: what it does not take waits in a bounded queue, and what
// finds no room there is counted.

import { constants, fstatSync, openSync, writeSync } from "node:fs";
import { isatty } from "node:tty";

/** Bytes that wait at most: some thousand lines. */
const MOST_WAITING = 256 << 10;
/** Between two tries while lines wait. */
const RETRY_MS = 100;

/** Takes some of the bytes and returns how many; throws or returns 0 if it takes none now. */
type Write = (bytes: Buffer) => number;

export class LogOutput {
  readonly #write: Write;
  readonly #mostWaiting: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Since it was last told. */
  #untold = 0;
  #dropped = 0;
  #tell: (lines: number) => void = () => undefined;

  constructor(write: Write, mostWaiting = MOST_WAITING) {
    this.#write = write;
    this.#mostWaiting = mostWaiting;
  }

  /** Lines that found no room, since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** `tell` gets the number of lines that were dropped, once lines are taken again. */
  onDropped(tell: (lines: number) => void): void {
    this.#tell = tell;
  }

  /** Takes one line with its newline. Never waits and never throws. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#waitingBytes + bytes.length > this.#mostWaiting) {
      this.#dropped += 1;
      this.#untold += 1;
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#timer === undefined) this.flush();
  }

  /** Writes what is taken now. */
  flush(): void {
    while (this.#writeFirst());
    if (this.#waiting.length > 0) {
      this.#timer ??= setInterval(() => this.flush(), RETRY_MS).unref();
      return;
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
    const lines = this.#untold;
    this.#untold = 0;
    if (lines > 0) this.#tell(lines);
  }

  /** Whether the next may follow. */
  #writeFirst(): boolean {
    const [first] = this.#waiting;
    if (first === undefined) return false;
    const written = this.#tryWrite(first);
    this.#waitingBytes -= written;
    if (written === first.length) this.#waiting.shift();
    else this.#waiting[0] = first.subarray(written);
    return written === first.length;
  }

  /** A full disk, a reader that is gone: both may come right, so the line waits like any other. */
  #tryWrite(bytes: Buffer): number {
    try {
      return this.#write(bytes);
    } catch {
      return 0;
    }
  }
}

/** Stderr, whatever it is: a file, a pipe, a terminal, or journald's socket. */
export function openLogOutput(): LogOutput {
  const output = new LogOutput(writerTo(2));
  // The last lines, as far as they are taken.
  process.once("exit", () => output.flush());
  return output;
}

/** A writer to an open file that does not wait. */
export function writerTo(fd: number): Write {
  const kind = fstatSync(fd);
  if (kind.isSocket()) return throughNode;
  if (!kind.isFIFO() && !isatty(fd)) return (bytes) => writeSync(fd, bytes);
  const own = openAgain(fd);
  if (own !== undefined) return (bytes) => writeSync(own, bytes);
  return kind.isFIFO() ? throughNode : (bytes) => writeSync(fd, bytes);
}

/** Whoever shares a pipe or terminal with us goes on to wait for its reader; what is opened again is ours to change. */
function openAgain(fd: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
}

/** A socket cannot be opened again, but Node writes to it without waiting; it gets one line at a time to wait for. */
function throughNode(bytes: Buffer): number {
  const { stderr } = process;
  if (stderr.listenerCount("error", ignore) === 0) stderr.on("error", ignore);
  if (stderr.errored !== null || stderr.writableLength > 0) return 0;
  stderr.write(bytes);
  return bytes.length;
}

/** There is no place left to tell of it. */
function ignore(): void {}
