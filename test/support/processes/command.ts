// Runs a program to its end; a failure carries the command and what it said.

import { spawn } from "node:child_process";

export interface CommandOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly cwd?: string;
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
}

export class CommandError extends Error {
  constructor(
    readonly command: string,
    readonly ending: string,
    readonly stdout: string,
    readonly stderr: string,
  ) {
    super(`run ${command}: ${ending}${stderr === "" ? "" : `; ${stderr.trim()}`}`);
    this.name = "CommandError";
  }
}

/** Empty, or what is said when it fails. */
export async function refusalOf(program: string, ...args: readonly string[]): Promise<string> {
  try {
    await runCommand(program, args);
    return "";
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

export function runCommand(
  program: string,
  args: readonly string[],
  { input = "", timeoutMs = 60_000, cwd }: CommandOptions = {},
): Promise<CommandResult> {
  const command = [program, ...args].join(" ").slice(0, 300);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { timeout: timeoutMs, killSignal: "SIGKILL", ...(cwd && { cwd }) });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", (cause) => reject(new CommandError(command, cause.message, stdout, stderr)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve({ stdout, stderr });
      else reject(new CommandError(command, signal ? `killed by ${signal}` : `exit code ${code}`, stdout, stderr));
    });
    // A program that ends without reading its input is judged by its exit code.
    child.stdin.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") reject(error);
    });
    child.stdin.end(input);
  });
}
