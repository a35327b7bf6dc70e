// What both programs do before they begin: their help on any output, and a start without enough of anything.

import { afterEach, beforeAll, describe, expect, test } from "vitest";
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
  const environment = { ...process.env, PROGRAM: `${process.execPath} ${projectPath(`dist/program/${program}.js`)}` };
  const shell = await startBackground("bash", ["-c", script], environment);
  running = shell;
  const exit = await waitUntil("it has ended", shell.exit, WAIT);
  return { exit: exit.code, stdout: shell.stdout(), stderr: shell.stderr() };
}

describe.each(["tablesnoopd", "tablesnoop"])("%s --help", (program) => {
  test("whose reader has gone ends with 0 and without a word", async () => {
    const script = "set -o pipefail; $PROGRAM --help | true";
    expect(await run(program, script)).toEqual({ exit: 0, stdout: "", stderr: "" });
  });

  test("on a full disk ends with 1 and one line", async () => {
    const { exit, stderr } = await run(program, "exec $PROGRAM --help >/dev/full");
    expect(exit).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${program}: write the output: ENOSPC[^\\n]*\\n$`));
  });
});

describe("with hardly more file descriptors than Node needs", () => {
  let least: number;
  beforeAll(async () => {
    least = await leastDescriptors();
  });

  test.each([
    ["tablesnoopd", "--web.listen-address=127.0.0.1:0"],
    ["tablesnoop", "--duration=1s"],
  ])("%s ends with 1 and one line that says so", async (program, flag) => {
    for (const more of [1, 2, 3]) {
      const { exit, stderr } = await run(program, `ulimit -n ${least + more}; exec $PROGRAM ${flag}`);
      expect(stderr).toMatch(new RegExp(`^${program}: [^\\n]*too many open files[^\\n]*\\(ulimit -n\\)\\n$`, "i"));
      expect(exit).toBe(1);
    }
  });
});

/** With fewer Node itself reads no script. */
async function leastDescriptors(): Promise<number> {
  const script =
    "for least in {4..64}; do (ulimit -n $least; $PROGRAM --help) >/dev/null 2>&1 && break; done; echo $least";
  return Number((await run("tablesnoop", script)).stdout);
}
