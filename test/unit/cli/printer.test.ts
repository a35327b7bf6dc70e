import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Printer } from "../../../daemon/cli/printer.js";
import { StartError } from "../../../daemon/errors.js";

/** An output whose writes a test finishes, or that fails with the code given. */
class Output extends Writable {
  text = "";
  readonly #code: string | undefined;
  #isHeld = false;
  #finish: (() => void) | undefined;

  constructor(code?: string) {
    super();
    this.#code = code;
    this.on("error", () => undefined);
  }

  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#finish?.();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    if (this.#code === undefined) this.text += bytes.toString();
    if (this.#code !== undefined) done(Object.assign(new Error(this.#code), { code: this.#code }));
    else if (this.#isHeld) this.#finish = done;
    else done();
  }
}

const lines = (text: string) => Buffer.from(text);

describe("printing", () => {
  test("goes on while lines are wanted", async () => {
    const out = new Output();
    const printer = new Printer(out, { separate: false });
    expect(await printer.print(lines("a\nb\n"))).toBe(true);
    expect(out.text).toBe("a\nb\n");
  });

  test("ends after exactly the lines asked for, also in the midst of what came", async () => {
    const out = new Output();
    const printer = new Printer(out, { separate: false, count: 3 });
    expect(await printer.print(lines("1\n2\n"))).toBe(true);
    expect(await printer.print(lines("3\n4\n"))).toBe(false);
    expect(out.text).toBe("1\n2\n3\n");
  });

  test("waits for an output that is slow", async () => {
    const out = new Output();
    out.hold();
    let isDone = false;
    const printing = new Printer(out, { separate: false }).print(lines("a\n")).then(() => {
      isDone = true;
    });
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    out.release();
    await printing;
    expect(isDone).toBe(true);
  });

  test("ends quietly when the reader is gone", async () => {
    const printer = new Printer(new Output("EPIPE"), { separate: false });
    expect(await printer.print(lines("a\n"))).toBe(false);
    expect(printer.isBroken).toBe(true);
  });

  test("throws when the output cannot be written to", async () => {
    const printer = new Printer(new Output("ENOSPC"), { separate: false });
    const error = await printer.print(lines("a\n")).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StartError);
    expect(String(error)).toContain("write the output: ENOSPC");
  });
});

describe("an empty line", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("stands at each pause of half a second, once, and not before the first line", async () => {
    const out = new Output();
    const printer = new Printer(out, { separate: true });
    await vi.advanceTimersByTimeAsync(5000);
    expect(out.text).toBe("");
    await printer.print(lines("a\n"));
    await vi.advanceTimersByTimeAsync(499);
    await printer.print(lines("b\n"));
    await vi.advanceTimersByTimeAsync(499);
    expect(out.text).toBe("a\nb\n");
    await vi.advanceTimersByTimeAsync(1);
    expect(out.text).toBe("a\nb\n\n");
    await vi.advanceTimersByTimeAsync(5000);
    await printer.print(lines("c\n"));
    await vi.advanceTimersByTimeAsync(5000);
    expect(out.text).toBe("a\nb\n\nc\n\n");
  });

  test("is not counted, and does not follow the last line", async () => {
    const out = new Output();
    const printer = new Printer(out, { separate: true, count: 2 });
    await printer.print(lines("a\n"));
    await vi.advanceTimersByTimeAsync(1000);
    expect(await printer.print(lines("b\n"))).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(out.text).toBe("a\n\nb\n");
  });
});
