// `npm run torture [-- soak] [FLAGS OF VITEST]`: runs test/torture/ in namespaces of its own (network, mounts, processes), which
// take everything with them however it ends.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import path from "node:path";

const NETNS = "/run/netns";
const CGROUPS = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"];
/** Beyond what any run should take: 15 minutes of torture, or the soak and what it needs beside. */
const MOST_MINUTES = { torture: 20, soak: Number(process.env["TABLESNOOP_SOAK_MINUTES"] ?? 20) + 10 };

const [first = "", ...others] = process.argv.slice(2);
const mode = first === "soak" ? "soak" : "torture";
const flags = first === "soak" || first === "" ? others : [first, ...others];
// By name: vitest takes no --exclude for one project among several.
const files = readdirSync("test/torture")
  .filter((name) => name.endsWith(".test.ts") && (name === "soak.test.ts") === (mode === "soak"))
  .map((name) => `test/torture/${name}`);
const reporters = ["--reporter=verbose", "--reporter=./test/torture/table_reporter.ts"];
const vitest = ["node_modules/vitest/vitest.mjs", "run", "--project=torture", ...reporters, ...files, ...flags];

const script = [
  "ip link set lo up",
  `mount -t tmpfs tmpfs ${NETNS}`,
  // What the test makes there may be shared among the test's own namespaces, as iproute2 wants it.
  `mount --make-shared ${NETNS}`,
  'exec "$@"',
].join("\n");
const inside = ["--net", "--mount", "--propagation=private", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"];

const hadNetns = existsSync(NETNS);
const scratch = mkdtempSync(path.join(tmpdir(), "tablesnoop-torture-"));
process.exitCode = 1;
try {
  if (process.getuid?.() !== 0) throw new Error("run the torture: it needs root, to load probes and make namespaces");
  if (!hadNetns) mkdirSync(NETNS);
  process.exitCode = await run();
} finally {
  rmSync(scratch, { recursive: true, force: true });
  if (!hadNetns) removeIfEmpty(NETNS);
  for (const folder of CGROUPS) {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    for (const name of names) if (name.startsWith("tablesnoop-test-")) removeIfEmpty(path.join(folder, name));
  }
}

/** @returns {Promise<number>} */
function run() {
  // Should this process be killed, the kernel ends unshare, and with it all that runs inside.
  const child = spawn(
    "setpriv",
    ["--pdeathsig=KILL", "unshare", ...inside, "sh", "-ec", script, "sh", process.execPath, ...vitest],
    {
      stdio: "inherit",
      env: { ...process.env, TMPDIR: scratch },
    },
  );
  const timer = setTimeout(() => {
    process.stderr.write(`the ${mode} is not over after ${MOST_MINUTES[mode]} minutes: killed\n`);
    child.kill("SIGKILL");
  }, MOST_MINUTES[mode] * 60_000);
  // A terminal sends it to the whole group; whoever kills just this process means the tests too.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.once(signal, () => {
      process.stderr.write(`the ${mode} is ended by ${signal}\n`);
      child.kill("SIGKILL");
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** @param {string} folder */
function removeIfEmpty(folder) {
  try {
    rmdirSync(folder);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code !== "ENOTEMPTY" && code !== "EBUSY" && code !== "ENOENT") throw error;
  }
}
