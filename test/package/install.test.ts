// The life of the Debian package on a machine: installed by apt, upgraded, removed, purged.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { ARE_MADE_HERE, builtPackages } from "../support/packages.js";
import { runCommand } from "../support/processes/command.js";
import { copyMachine, type MachineCopy } from "./machine_copy.js";
import { createScratch } from "./scratch.js";

const WANTS = "/etc/systemd/system/multi-user.target.wants/tablesnoopd.service";
const DEFAULTS = "/etc/default/tablesnoopd";
const OWN_FLAGS = 'ARGS="--log.level=debug"';
/** Kept by dpkg, apt and others for themselves, whatever package comes and goes. */
const JOURNALS =
  /^\/(var\/(lib\/dpkg|lib\/apt|cache|log)\/|etc\/(\.pwd\.lock|g?shadow|group|passwd|subgid|subuid)-?$|root\/)/;

const scratch = createScratch("upgrade");
let machine: MachineCopy | undefined;
let whyNot = "";
let deb: string;

describe.skipIf(!ARE_MADE_HERE)("the Debian package on a machine (skipped where none is made: not on x86-64)", () => {
  beforeAll(async () => {
    ({ deb } = await builtPackages());
    if (process.getuid?.() !== 0) {
      whyNot = "installing packages needs root";
      return;
    }
    try {
      machine = await copyMachine();
    } catch (error) {
      whyNot = `no copy of this machine can be made: ${String(error)}`;
    }
  });
  afterAll(async () => {
    await machine?.[Symbol.asyncDispose]();
    scratch.remove();
  });

  function here(context: TestContext): MachineCopy {
    return machine ?? context.skip(whyNot);
  }

  async function install(copy: MachineCopy, file: string): Promise<void> {
    const place = await copy.bring(file);
    await copy.run("apt-get", ["install", "-y", "--no-install-recommends", place], { timeoutMs: 120_000 });
  }

  /** Without options. */
  async function done(copy: MachineCopy): Promise<string[]> {
    const acts = /^(?:--\S+ )*((?:start|stop|restart|daemon-reload)\b.*)$/;
    return (await copy.asked()).flatMap((line) => acts.exec(line)?.[1] ?? []);
  }

  test("apt installs it: group, completion, manual and commands are there, the service is enabled and started", async (context) => {
    const copy = here(context);
    await install(copy, deb);
    expect(await done(copy)).toEqual(["daemon-reload", "start tablesnoopd.service"]);
    expect(await copy.run("readlink", [WANTS])).toBe("/lib/systemd/system/tablesnoopd.service\n");
    expect(await copy.run("getent", ["group", "tablesnoop"])).toMatch(/^tablesnoop:/);
    expect(await copy.run("tablesnoop", ["--version"])).toMatch(/^tablesnoop \d/);
    expect(await copy.run("tablesnoopd", ["--help"])).toMatch(/^usage: tablesnoopd /);
  });

  test("an upgrade keeps the configuration and restarts the service", async (context) => {
    const copy = here(context);
    await copy.run("sh", ["-c", `echo '${OWN_FLAGS}' >${DEFAULTS}`]);
    await install(copy, await newerVersion());
    expect(await done(copy)).toEqual(["daemon-reload", "restart tablesnoopd.service"]);
    expect(await copy.run("cat", [DEFAULTS])).toBe(`${OWN_FLAGS}\n`);
  });

  test("an upgrade leaves a service disabled that was disabled", async (context) => {
    const copy = here(context);
    await copy.run("rm", [WANTS]);
    await copy.run("dpkg-reconfigure", ["tablesnoop"]);
    expect(await done(copy)).toEqual(["daemon-reload"]);
    await expect(copy.run("readlink", [WANTS])).rejects.toThrow("exit code 1");
  });

  test("removing it stops the service and keeps the configuration", async (context) => {
    const copy = here(context);
    await copy.run("apt-get", ["remove", "-y", "tablesnoop"]);
    expect(await done(copy)).toEqual(["stop tablesnoopd.socket tablesnoopd.service", "daemon-reload"]);
    expect(await copy.run("cat", [DEFAULTS])).toBe(`${OWN_FLAGS}\n`);
  });

  test("purging it leaves nothing", async (context) => {
    const copy = here(context);
    await copy.run("apt-get", ["purge", "-y", "tablesnoop"]);
    expect((await copy.changed()).filter((file) => !JOURNALS.test(file))).toEqual([
      "/usr/bin/systemctl",
      "/usr/bin/systemctl.real",
    ]);
    await expect(copy.run("getent", ["group", "tablesnoop"])).rejects.toThrow("exit code 2");
  });

  /** The same package under a higher version; not compressed, for that takes longest. */
  async function newerVersion(): Promise<string> {
    const tree = join(scratch.path, "tree");
    const file = join(scratch.path, "newer.deb");
    await runCommand("dpkg-deb", ["-R", deb, tree]);
    await runCommand("sed", ["-i", "s/^Version: .*/&+1/", join(tree, "DEBIAN/control")]);
    await runCommand("dpkg-deb", ["-Znone", "-b", tree, file]);
    return file;
  }
});
