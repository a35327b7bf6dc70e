// Each hook of the backend is refused in turn, as a kernel may refuse it: the daemon starts, says in its log, its readiness
// and its metrics which one is missing, and what the others see stays exact.

import { expect } from "vitest";
import { BACKEND } from "../support/backend.js";
import { createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { type DaemonProcess, spawnDaemon, startDaemon } from "../support/processes/daemon_process.js";
import { floodLookups } from "../support/traffic/flood.js";
import { type Growth, keyOf, routeGrowth } from "../support/truth/growth.js";
import { value } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";
import type { Figures } from "./figures.js";

interface Refusal {
  /** Program of the BPF object. */
  readonly program: string;
  /** The kernel's name, as in the label. */
  readonly probe: string;
  /** Whose lookups are not seen then. */
  readonly blind?: "ipv4" | "ipv6";
  /** Another hook takes its place. */
  readonly hasDeputy?: boolean;
}

const REFUSALS: Readonly<Record<typeof BACKEND, readonly Refusal[]>> = {
  tracepoint: [
    { program: "route4_tracepoint", probe: "fib_table_lookup", blind: "ipv4" },
    { program: "route6_tracepoint", probe: "fib6_table_lookup", blind: "ipv6" },
    { program: "drop4", probe: "kfree_skb" },
  ],
  trampoline: [
    { program: "route4_trampoline", probe: "fib_table_lookup", hasDeputy: true },
    { program: "route6_tracepoint", probe: "fib6_table_lookup", blind: "ipv6" },
    { program: "rule_trampoline", probe: "fib_rules_lookup" },
    { program: "select4_trampoline", probe: "fib_select_multipath" },
    { program: "fib_new_table", probe: "fib_new_table" },
    { program: "fib_unmerge", probe: "fib_unmerge" },
    { program: "fib_free_table", probe: "fib_free_table" },
  ],
};

const CALLS = 10_000;

export async function refuseEachHook(most = Number.POSITIVE_INFINITY): Promise<Figures> {
  await using pair = await createPair();
  await pair.host.sysctl({ "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1 });
  const refusals = REFUSALS[BACKEND].slice(0, most);
  for (const refusal of refusals) {
    await using daemon = await startRefused([refusal.program]);
    await checkTold(daemon, refusal);
    await checkCounted(daemon, pair, refusal);
  }
  return { hooks: refusals.length };
}

/** Without a single hook for routes there is nothing to count: the start is refused, in one line. */
export async function refuseEveryHook(): Promise<void> {
  const refuse = ["route4_trampoline", "route4_tracepoint", "route6_tracepoint"];
  await using daemon = await spawnDaemon(["--web.listen-address=127.0.0.1:0", `--probe=${BACKEND}`], refusing(refuse));
  const exit = await waitUntil("the daemon has ended", daemon.exit, { timeoutMs: 20_000 * PATIENCE });
  expect(exit).toEqual({ code: 1, signal: null });
  expect(daemon.stderr()).toMatch(/^tablesnoopd: attach any probe for route lookups: .*refused by request.*\n$/);
}

function refusing(programs: readonly string[]): NodeJS.ProcessEnv {
  return { ...process.env, TABLESNOOP_REFUSE_HOOKS: programs.join(",") };
}

function startRefused(programs: readonly string[]): Promise<DaemonProcess> {
  return startDaemon([`--probe=${BACKEND}`], { environment: refusing(programs), timeoutMs: 20_000 * PATIENCE });
}

async function checkTold(daemon: DaemonProcess, { program, probe, hasDeputy = false }: Refusal): Promise<void> {
  const attached = value(await daemon.scrape(), "tablesnoop_probe_attached", { probe, backend: BACKEND });
  expect(attached, program).toBe(0);
  if (hasDeputy) return;
  const warning = new RegExp(`level=warn msg="probe not attached" probe=${probe} .*reason="refused by request"`);
  expect(daemon.stderr(), program).toMatch(warning);
  const ready = await fetch(`${daemon.url}/-/ready`);
  expect({ status: ready.status, body: await ready.text() }, program).toEqual({
    status: 200,
    body: expect.stringContaining(`${probe} (${BACKEND}) is not attached: refused by request`),
  });
}

/** Found lookups only: without its context hooks the tracepoint backend may not know the namespace of a failed one. */
async function checkCounted(daemon: DaemonProcess, pair: Pair, { program, blind }: Refusal): Promise<void> {
  const before = await daemon.scrape();
  for (const family of ["ipv4", "ipv6"] as const) {
    const destinations = [pair.address.peer[family]];
    await floodLookups({ netns: pair.host, device: "host-peer", destinations, count: CALLS, isDirect: true });
  }
  const expected: Growth = {
    ...(blind !== "ipv4" && { [keyOf("ipv4", "main", "host-peer", "found")]: CALLS }),
    ...(blind !== "ipv6" && { [keyOf("ipv6", "main", "host-peer", "found")]: CALLS }),
  };
  expect(routeGrowth(before, await daemon.scrape(), pair.host.name), program).toEqual(expected);
}
