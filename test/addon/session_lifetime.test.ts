// The addon dies cleanly at every stage: each list of steps runs in a process of its own, which must end with 0 and by no
// signal. And it answers wrong calls with errors instead of crashes.

import { describe, expect, test } from "vitest";
import { ABI } from "../../daemon/native/abi.js";
import { loadAddon, SESSION_OPTIONS } from "../support/addon.js";
import { BACKEND } from "../support/backend.js";
import { IS_SMALL, PATIENCE } from "../support/pace.js";
import { startBackground } from "../support/processes/background.js";
import { sanitized } from "../support/processes/sanitized.js";
import { projectPath } from "../support/project_path.js";
import { waitUntil } from "../support/wait_until.js";

/** A process that hangs never ends. Those that start five workers take half of this under AddressSanitizer, on a busy machine. */
const DEADLINE_MS = 40_000 * PATIENCE;

const STEPS = "test/support/processes/session_steps.mjs";

const LIVES = [
  "open",
  "open close",
  "open read close",
  "open close close",
  "open close read-closed",
  "open retire read close",
  "open drop gc",
  "open close drop gc",
  "open open read close",
  "open drop open gc read close",
  "exit",
  "open exit",
  "open read exit",
  "open close exit",
  "open drop exit",
  "worker-end",
  "worker-terminate",
  "worker-exit",
  "worker-leave exit",
  "open worker-terminate read close",
  "worker-terminate worker-terminate",
  "open worker-leave close exit",
  "open listen hear close-listeners close",
  "open listen hear exit",
  "open listen hear close close-listeners use-closed-listeners",
  "open listen flood hear drop drop-listeners gc exit",
  "open listen-to-the-last hear close-listeners close",
  "open listen-to-the-last close-listeners listen-to-the-last close-listeners close",
  "open catch-uncaught listen-throw hear close-listeners close",
  "own-lines close-lines stop-lines",
  "flood worker-listen-terminate",
  "flood worker-lookups-terminate",
];

/** For machines in emulation: a process there takes seconds to start, and the kernel matters little here. */
const IN_SHORT = new Set(["open read close", "open drop gc", "open exit", "open worker-terminate read close"]);

const LIVES_HERE = IS_SMALL ? LIVES.filter((life) => IN_SHORT.has(life)) : LIVES;

describe("a process that takes these steps ends with 0", () => {
  test.each(LIVES_HERE)("%s", { timeout: 2 * DEADLINE_MS }, async (life) => {
    await live(life, ["--expose-gc", projectPath(STEPS)], {});
  });
});

describe("so it does under AddressSanitizer and UBSan", () => {
  test.for(LIVES_HERE)("%s", { timeout: 2 * DEADLINE_MS }, async (life, context) => {
    const { file, flags, environment } = sanitized(STEPS, context);
    await live(life, [...flags, "--expose-gc", file], environment);
  });
});

async function live(life: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  const allOf = { ...process.env, TABLESNOOP_BACKEND: BACKEND, ...environment };
  await using child = await startBackground(process.execPath, [...args, ...life.split(" ")], allOf);
  const exit = await waitUntil("the process has ended", child.exit, { timeoutMs: DEADLINE_MS });
  expect({ ...exit, stderr: child.stderr() }).toEqual({ code: 0, signal: null, stderr: "" });
}

describe("an exception", () => {
  test("that nobody catches, with an open session, ends the process with 1, by no signal", async () => {
    const args = [projectPath(STEPS), "open", "throw"];
    await using child = await startBackground(process.execPath, args);
    const exit = await waitUntil("the process has ended", child.exit, { timeoutMs: DEADLINE_MS });
    expect(exit).toEqual({ code: 1, signal: null });
    expect(child.stderr()).toContain("thrown on purpose");
  });

  test("in a callback for lines is an uncaught one, told with its own text and stack", async () => {
    const args = [projectPath(STEPS), "open", "listen-throw", "hear"];
    await using child = await startBackground(process.execPath, args);
    const exit = await waitUntil("the process has ended", child.exit, { timeoutMs: DEADLINE_MS });
    expect(exit).toEqual({ code: 1, signal: null });
    expect(child.stderr()).toMatch(/Error: thrown on purpose by a callback\n +at .*session_steps\.mjs/);
  });
});

describe("a wrong call is an error", () => {
  const { Session } = loadAddon();

  test.each([
    { name: "no options", args: [], error: TypeError },
    { name: "options that are no object", args: [7], error: TypeError },
    { name: "no path of the object", args: [{ ...SESSION_OPTIONS, object: undefined }], error: TypeError },
    { name: "an object that is no path", args: [{ ...SESSION_OPTIONS, object: {} }], error: TypeError },
    { name: "an unknown backend", args: [{ ...SESSION_OPTIONS, backend: "magic" }], error: TypeError },
    { name: "a backend that is no text", args: [{ ...SESSION_OPTIONS, backend: 1 }], error: TypeError },
    { name: "maxCounters that is no number", args: [{ ...SESSION_OPTIONS, maxCounters: "256" }], error: TypeError },
    { name: "maxCounters of NaN", args: [{ ...SESSION_OPTIONS, maxCounters: Number.NaN }], error: RangeError },
    { name: "maxCounters of 0", args: [{ ...SESSION_OPTIONS, maxCounters: 0 }], error: RangeError },
    {
      name: "maxCounters above the kernel's 2^20",
      args: [{ ...SESSION_OPTIONS, maxCounters: 2 ** 20 + 1 }],
      error: RangeError,
    },
    { name: "maxCounters of 2^32 + 1", args: [{ ...SESSION_OPTIONS, maxCounters: 2 ** 32 + 1 }], error: RangeError },
  ])("open with $name", ({ args, error }) => {
    expect(() => new Session(...args)).toThrow(error);
  });

  test.each([
    { name: "nothing", indices: undefined },
    { name: "null", indices: null },
    { name: "a number", indices: 7 },
    { name: "an array", indices: [1] },
    { name: "a Uint8Array", indices: new Uint8Array(1) },
    { name: "a Float64Array", indices: new Float64Array(1) },
    { name: "an ArrayBuffer", indices: new ArrayBuffer(4) },
  ])("retire and release with $name instead of a Uint32Array", ({ indices }) => {
    const session = new Session(SESSION_OPTIONS);
    try {
      expect(() => session.retire(indices as unknown as Uint32Array)).toThrow(TypeError);
      expect(() => session.release(indices as unknown as Uint32Array)).toThrow(TypeError);
    } finally {
      session.close();
    }
  });

  test.each([
    { name: "nothing", oneIn: undefined, error: TypeError },
    { name: "a text", oneIn: "1", error: TypeError },
    { name: "0", oneIn: 0, error: RangeError },
    { name: "NaN", oneIn: Number.NaN, error: RangeError },
    { name: "3, which is no power of two", oneIn: 3, error: RangeError },
    { name: "1.5", oneIn: 1.5, error: RangeError },
    { name: "2^17", oneIn: 2 ** 17, error: RangeError },
    { name: "2^32", oneIn: 2 ** 32, error: RangeError },
  ])("sampleFailures of $name", ({ oneIn, error }) => {
    const session = new Session(SESSION_OPTIONS);
    try {
      expect(() => session.sampleFailures(oneIn as unknown as number)).toThrow(error);
      session.sampleFailures(2 ** 16);
      expect(session.failedDestinations().sampledOneIn).toBe(2 ** 16);
    } finally {
      session.close();
    }
  });

  test("retire and release of indices that nobody has change nothing", () => {
    const session = new Session(SESSION_OPTIONS);
    try {
      for (const indices of [new Uint32Array(0), Uint32Array.of(0, 3, 255, 259, 260, 261, 0xffffffff)]) {
        session.retire(indices);
        session.release(indices);
      }
      expect(session.counters().overflow).toEqual(new BigUint64Array(ABI.TS_OVERFLOW_INDICES));
    } finally {
      session.close();
    }
  });

  test("a method or property of a session used on something else", () => {
    expect(() => Reflect.apply(Session.prototype.counters, {}, [])).toThrow("Illegal invocation");
    expect(() => Session.prototype.backend).toThrow("Invalid argument");
  });

  test("a path where there is no object says what was done to which file, and the errno", () => {
    const object = "/nonexistent/tablesnoop.bpf.o";
    expect(() => new Session({ ...SESSION_OPTIONS, object })).toThrow(
      expect.objectContaining({ act: "open", object, code: "ENOENT", message: expect.stringContaining(object) }),
    );
  });

  test("a file that is no object says so", () => {
    const object = projectPath("package.json");
    const log = expect.stringContaining("not a proper ELF object");
    expect(() => new Session({ ...SESSION_OPTIONS, object })).toThrow(
      expect.objectContaining({ act: "open", object, log }),
    );
  });
});
