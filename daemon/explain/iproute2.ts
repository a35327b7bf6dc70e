// Asks the kernel through iproute2: it is on every router, enters namespaces, and its JSON is stable.

import { execFile } from "node:child_process";
import { codeOf, StartError } from "../errors.js";

/** Objects of the answer, or what the kernel says instead, in its own words. */
export type Reply =
  | { readonly text: string; readonly refused?: never }
  | { readonly text?: never; readonly refused: string };

/** Runs `ip` with these arguments in the namespace that is asked about. Throws StartError if it cannot be asked. */
export type AskIp = (args: readonly string[]) => Promise<Reply>;

/** A whole routing table may have to be looked through for a route that rejects. */
const DEADLINE_MS = 10_000;
const MOST_BYTES = 16 << 20;
/** iproute2's own exit code when the kernel said no. */
const KERNEL_SAID_NO = 2;

export function iproute2(netns: string | undefined): AskIp {
  const before = ["-j", ...(netns === undefined ? [] : ["-n", netns])];
  return (args) => run([...before, ...args]);
}

function run(args: readonly string[]): Promise<Reply> {
  const { PATH = "/usr/sbin:/usr/bin:/sbin:/bin" } = process.env;
  const options = {
    timeout: DEADLINE_MS,
    killSignal: "SIGKILL",
    maxBuffer: MOST_BYTES,
    env: { PATH, LC_ALL: "C" },
  } as const;
  return new Promise((resolve, reject) => {
    execFile("ip", args, options, (error, stdout, stderr) => {
      if (error === null) return resolve({ text: stdout });
      const refused = /^RTNETLINK answers: (.*)$/m.exec(stderr)?.[1];
      if (error.code === KERNEL_SAID_NO && refused !== undefined && refused !== "Operation not permitted") {
        return resolve({ refused });
      }
      return reject(cannotAsk(error, stderr));
    });
  });
}

function cannotAsk(error: Error & { readonly killed?: boolean }, stderr: string): StartError {
  if (codeOf(error) === "ENOENT") return new StartError("iproute2_missing", {}, { cause: error });
  const [said = ""] = stderr.trim().split("\n", 1);
  const cause = error.killed
    ? `no answer within ${DEADLINE_MS / 1000} s`
    : said.replace(/^Error: /, "") || error.message;
  if (/not permitted/.test(cause)) return new StartError("ask_forbidden", { cause }, { cause: error });
  return new StartError("ask_refused", { cause }, { cause: error });
}
