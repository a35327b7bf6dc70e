// Functions of kernel modules: a module that is not there yet, one whose types the daemon may not open, and one that it holds.

import { existsSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { BACKEND, blindSpots, startBackend } from "../support/backend.js";
import { PATIENCE } from "../support/pace.js";
import { TABLESNOOPD } from "../support/processes/built_programs.js";
import { refusalOf } from "../support/processes/command.js";
import { type DaemonProcess, startDaemon } from "../support/processes/daemon_process.js";
import { value } from "../support/truth/scrape.js";

const MODULE = "vxlan";
/** What the service has. */
const SERVICE = ["setpriv", "--bounding-set=-all,+bpf,+perfmon", "--inh-caps=-all"];
const PROBES = ["vxlan_xmit", "__vxlan_find_mac", "vxlan_find_mac_rcu"];

beforeEach(async (context) => {
  if (BACKEND !== "trampoline") context.skip("only trampolines hang on functions");
  const why = await refusalOf("modprobe", MODULE);
  if (why !== "" || !existsSync(`/sys/kernel/btf/${MODULE}`)) context.skip(`${MODULE} is no module with types here`);
});

async function said(daemon: DaemonProcess): Promise<string[]> {
  return (await blindSpots(daemon)).filter((line) => line.startsWith("VXLAN "));
}

async function attached(daemon: DaemonProcess): Promise<number> {
  const samples = await daemon.scrape();
  const states = PROBES.map((probe) => value(samples, "tablesnoop_probe_attached", { probe, backend: BACKEND }) ?? 0);
  return states.reduce((sum, state) => sum + state, 0);
}

test("a module that is loaded is held while the daemon runs, and free when it has stopped", async () => {
  {
    await using daemon = await startBackend();
    expect(await said(daemon)).toEqual([]);
    expect(await attached(daemon)).toBe(2);
    expect(await refusalOf("rmmod", MODULE)).toContain("in use");
  }
  expect(await refusalOf("rmmod", MODULE)).toBe("");
});

test("a daemon that does not count VXLAN does not hold the module", async () => {
  await using daemon = await startBackend(["--no-collector.tunnel"]);
  expect(await attached(daemon)).toBe(0);
  expect(await refusalOf("rmmod", MODULE)).toBe("");
});

test("a module that is not loaded is named, and nothing is called amiss; nor when it has come", async () => {
  expect(await refusalOf("rmmod", MODULE)).toBe("");
  await using daemon = await startBackend();
  const because = `vxlan_find_mac_rcu: module ${MODULE} is not loaded; restart when it is`;
  expect(await said(daemon)).toEqual([`VXLAN lookups are not counted: ${because}`]);
  expect(daemon.stderr()).not.toContain("probe not attached");
  expect(await refusalOf("modprobe", MODULE)).toBe("");
  const since = `vxlan_find_mac_rcu: module ${MODULE} has been loaded since the start; restart to see what it does`;
  expect(await said(daemon)).toEqual([`VXLAN lookups are not counted: ${since}`]);
  expect(daemon.stderr()).toContain(since);
});

test("without CAP_SYS_ADMIN the types of a module are out of reach, and all else is counted", async () => {
  const flags = [`--probe=${BACKEND}`, "--web.disable-exporter-metrics"];
  const command = [...SERVICE, "--", process.execPath, TABLESNOOPD];
  await using daemon = await startDaemon(flags, { command, timeoutMs: 20_000 * PATIENCE });
  const because = `vxlan_find_mac_rcu: the types of module ${MODULE} take CAP_SYS_ADMIN`;
  expect(await said(daemon)).toEqual([`VXLAN lookups are not counted: ${because}`]);
  const samples = await daemon.scrape();
  for (const probe of ["fib_table_lookup", "fib_rules_lookup", "dst_cache_per_cpu_get"]) {
    expect(value(samples, "tablesnoop_probe_attached", { probe, backend: BACKEND }), probe).toBe(1);
  }
});
