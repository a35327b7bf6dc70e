import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { codeOf } from "../../daemon/errors.js";
import { LogOutput, writerTo } from "../../daemon/log_output.js";

const LINES = 10_007;
const line = (n: number) => `time=2026-01-01T00:00:00.000Z level=info msg="line ${n}"\n`;

let root: string;
let open: number[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "log-output-"));
  open = [];
});

afterEach(() => {
  vi.useRealTimers();
  for (const fd of open) closeSync(fd);
  rmSync(root, { recursive: true, force: true });
});

function keepOpen(path: string, flags: number | string): number {
  const fd = openSync(path, flags);
  open.push(fd);
  return fd;
}

/** Both ends of a pipe with a name. The writer's end waits for its reader, as the one a shell passes does. */
function makePipe() {
  const path = join(root, "pipe");
  execFileSync("mkfifo", [path]);
  const read = keepOpen(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { read, write: keepOpen(path, constants.O_WRONLY) };
}

function readAll(fd: number): string {
  const buffer = Buffer.alloc(1 << 20);
  try {
    return buffer.toString("utf8", 0, readSync(fd, buffer));
  } catch (error) {
    if (codeOf(error) === "EAGAIN") return "";
    throw error;
  }
}

describe("a log that nobody reads", () => {
  test("holds up nothing, and what is lost is counted and told in one line when it is read again", () => {
    vi.useFakeTimers();
    const { read, write } = makePipe();
    const output = new LogOutput(writerTo(write));
    output.onDropped((lines) => output.write(`${lines} were dropped\n`));
    for (let n = 0; n < LINES; n += 1) output.write(line(n));
    const { dropped } = output;
    expect(dropped).toBeGreaterThan(0);
    let text = "";
    for (let tries = 0; tries < 50; tries += 1) {
      text += readAll(read);
      vi.advanceTimersByTime(100);
    }
    const kept = LINES - dropped;
    const wanted = Array.from({ length: kept }, (_, n) => line(n)).join("");
    expect(text === `${wanted}${dropped} were dropped\n`).toBe(true);
    output.write("after\n");
    expect([readAll(read), output.dropped, vi.getTimerCount()]).toEqual(["after\n", dropped, 0]);
  });

  test("of which the pipe's other writers know nothing: they still wait for the reader", () => {
    const { write } = makePipe();
    new LogOutput(writerTo(write)).write("a line\n");
    const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${write}`, "utf8"))?.[1];
    expect(Number.parseInt(flags ?? "", 8) & constants.O_NONBLOCK).toBe(0);
  });
});

describe("lines", () => {
  test("are written at once, in their order, to a file as it was opened", () => {
    const path = join(root, "log");
    const output = new LogOutput(writerTo(keepOpen(path, "w")));
    for (let n = 0; n < 23; n += 1) output.write(line(n));
    expect(readFileSync(path, "utf8")).toBe(Array.from({ length: 23 }, (_, n) => line(n)).join(""));
  });

  test("that a full disk refuses wait, and are lost and counted beyond the bound", () => {
    vi.useFakeTimers();
    const output = new LogOutput(writerTo(keepOpen("/dev/full", "w")), 10 * line(0).length);
    const told: number[] = [];
    output.onDropped((lines) => told.push(lines));
    for (let n = 0; n < 23; n += 1) output.write(line(0));
    vi.advanceTimersByTime(10_000);
    expect([output.dropped, told]).toEqual([13, []]);
  });

  test("of which a part was taken are finished before the next begins", () => {
    vi.useFakeTimers();
    let text = "";
    let room = 30;
    const output = new LogOutput((bytes) => {
      const taken = bytes.subarray(0, room);
      room -= taken.length;
      text += taken.toString();
      return taken.length;
    });
    output.write(line(1));
    output.write(line(2));
    expect(text).toBe(line(1).slice(0, 30));
    room = 10_000;
    vi.advanceTimersByTime(100);
    expect(text).toBe(line(1) + line(2));
  });
});
