// The container image: understood by skopeo, and its root file system counts with the capabilities the docs name and no
// other. No container engine can be had here; bubblewrap makes the container.

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NODE_RUNTIME } from "../../scripts/package/node_runtime.mjs";
import { ARE_MADE_HERE, builtPackages } from "../support/packages.js";
import { runCommand } from "../support/processes/command.js";
import { countingDaemon, IS_ROOT } from "./counting.js";
import { createScratch } from "./scratch.js";

const scratch = createScratch("image");
const root = join(scratch.path, "root");
const CAPABILITIES = ["CAP_BPF", "CAP_PERFMON"];

interface Config {
  readonly architecture: string;
  readonly config: { readonly Entrypoint: readonly string[] };
}

describe.skipIf(!ARE_MADE_HERE)("the container image (skipped where none is made: not on x86-64)", () => {
  let archive: string;
  let config: Config;

  beforeAll(async () => {
    ({ image: archive } = await builtPackages());
    const { stdout } = await runCommand("skopeo", ["inspect", "--config", `oci-archive:${archive}`]);
    config = JSON.parse(stdout) as Config;
    // skopeo compares every blob with its digest.
    const copied = join(scratch.path, "copied");
    await runCommand("skopeo", ["copy", "--insecure-policy", `oci-archive:${archive}`, `dir:${copied}`]);
    const { layers } = JSON.parse(readFileSync(join(copied, "manifest.json"), "utf8")) as {
      readonly layers: readonly { readonly digest: string }[];
    };
    mkdirSync(root);
    for (const { digest } of layers) {
      await runCommand("tar", ["-xzf", join(copied, digest.replace("sha256:", "")), "-C", root]);
    }
  });
  afterAll(scratch.remove);

  test("names its platform and what it runs", () => {
    expect(config.architecture).toBe("amd64");
    expect(config.config.Entrypoint).toEqual([
      "/usr/lib/tablesnoop/node",
      "/usr/lib/tablesnoop/dist/program/tablesnoopd.js",
    ]);
  });

  test("has no shell and no other program than its own", async () => {
    expect(readdirSync(root).sort()).toEqual(["dev", "etc", "lib", "lib64", "proc", "run", "sys", "tmp", "usr"]);
    expect(readdirSync(join(root, "usr")).sort()).toEqual(["lib", "share"]);
    const { stdout } = await runCommand("find", [root, "-type", "f", "-perm", "/111", "-printf", "/%P\n"]);
    expect(stdout.trim().split("\n").sort()).toEqual(["/lib64/ld-linux-x86-64.so.2", "/usr/lib/tablesnoop/node"]);
  });

  test.skipIf(!IS_ROOT)("starts in a sandbox that has nothing but it (skipped without root)", async () => {
    const [program = "", ...args] = sandbox([]);
    const { stdout } = await runCommand(program, [...args, "--version"]);
    expect(stdout).toContain(`node:     v${NODE_RUNTIME.version}\n`);
  });

  test.skipIf(!IS_ROOT)("counts with the two capabilities alone (skipped without root)", async () => {
    // bubblewrap takes the signal that ends it for itself.
    expect(await countingDaemon(sandbox(CAPABILITIES))).toEqual({ code: null, signal: "SIGTERM" });
  });

  function sandbox(capabilities: readonly string[]): [string, ...string[]] {
    const mounts = ["--ro-bind", root, "/", "--proc", "/proc", "--dev", "/dev"];
    const host = ["/sys", "/run/netns"].flatMap((place) => ["--ro-bind", place, place]);
    const rights = ["--cap-drop", "ALL", ...capabilities.flatMap((name) => ["--cap-add", name])];
    return ["bwrap", ...mounts, ...host, ...rights, "--die-with-parent", "--", ...config.config.Entrypoint];
  }
});
