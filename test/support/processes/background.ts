// A program that runs beside the test: its output so far, waiting for a line of it, and an end in any case.

import { spawn } from "node:child_process";
import { onProcessEnd } from "../cleanup.js";
import { type WaitOptions, waitUntil } from "../wait_until.js";

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Background extends AsyncDisposable {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Undefined while it runs. */
  exit(): Exit | undefined;
  /** Waits until the output matches; fails at once if the program ends before. */
  waitFor(stream: "stdout" | "stderr", pattern: RegExp, options?: WaitOptions): Promise<RegExpExecArray>;
  closeInput(): void;
  /** Sends the signal and waits for the end; SIGKILL after the deadline. May be called again. */
  stop(signal?: NodeJS.Signals, timeoutMs?: number): Promise<Exit>;
}

export async function startBackground(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Background> {
  // The kernel ends it should this process be killed; onProcessEnd sees to every other end.
  const child = spawn("setpriv", ["--pdeathsig", "KILL", program, ...args], { stdio: "pipe", env: environment });
  const output = { stdout: "", stderr: "" };
  let exit: Exit | undefined;
  const forget = onProcessEnd(() => child.kill("SIGKILL"));
  const ended = new Promise<Exit>((resolve) => {
    child.on("close", (code, signal) => {
      exit = { code, signal };
      forget();
      resolve(exit);
    });
  });
  child.stdin.on("error", () => child.stdin.destroy());
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      output[stream] += text;
    });
  }
  const pid = await new Promise<number>((resolve, reject) => {
    child.on("spawn", () => resolve(child.pid ?? 0));
    child.on("error", (cause) => {
      forget();
      reject(new Error(`start ${program}: ${cause.message}`, { cause }));
    });
  });

  async function stop(signal: NodeJS.Signals = "SIGTERM", timeoutMs = 10_000): Promise<Exit> {
    if (exit) return exit;
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    try {
      return await ended;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    pid,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    exit: () => exit,
    closeInput: () => child.stdin.end(),
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
    waitFor: async (stream, pattern, options) => {
      const found = await waitUntil(
        `${program} says ${pattern}`,
        () => pattern.exec(output[stream]) ?? (exit ? "ended" : undefined),
        options,
      ).catch((cause: unknown) => {
        throw new Error(`${String(cause)}; it said: ${tail(output.stderr)}`, { cause });
      });
      if (found !== "ended") return found;
      throw new Error(
        `wait for ${program}: it ended with ${exit?.signal ?? exit?.code}; it said: ${tail(output.stderr)}`,
      );
    },
  };
}

function tail(text: string): string {
  return text.trim().slice(-2_000);
}
