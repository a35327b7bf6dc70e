// What both programs do before they begin: their help on any output, and a start without enough of anything.

import { afterEach, describe, expect, test } from "vitest";
import { PATIENCE } from "../support/pace.js";
import { type Background, startBackground } from "../support/processes/background.js";
import { projectPath } from "../support/project_path.js";
import { waitUntil } from "../support/wait_until.js";

const WAIT = { timeoutMs: 20_000 * PATIENCE };

let running: Background | undefined;

afterEach(async () => {
  await running?.stop("SIGKILL");
  running = undefined;
});

/** `$PROGRAM` in the script is the program. */
async function run(program: string, script: string) {
  const environment = { ...process.env, PROGRAM: `${process.execPath} ${projectPath(`dist/daemon/${program}.js`)}` };
  const shell = await startBackground("bash", ["-c", script], environment);
  running = shell;
  const exit = await waitUntil("it has ended", shell.exit, WAIT);
  return { exit: exit.code, stdout: shell.stdout(), stderr: shell.stderr() };
}

describe.each([
  ["tablesnoopd", "main"],
  ["tablesnoop", "cli"],
])("%s --help", (name, program) => {
  test("whose reader has gone ends with 0 and without a word", async () => {
    const script = "set -o pipefail; $PROGRAM --help | true";
    expect(await run(program, script)).toEqual({ exit: 0, stdout: "", stderr: "" });
  });

  test("on a full disk ends with 1 and one line", async () => {
    const { exit, stderr } = await run(program, "exec $PROGRAM --help >/dev/full");
    expect(exit).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${name}: write the output: ENOSPC[^\\n]*\\n$`));
  });

  test("with too few file descriptors ends with 1 and one line that says so", async () => {
    const { exit, stderr } = await run(program, "ulimit -n 22; exec $PROGRAM --help");
    expect(exit).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${name}: load the program: [^\\n]*\\(ulimit -n\\)[^\\n]*\\n$`));
  });
});
