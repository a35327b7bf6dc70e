// A wave of namespaces under names that are used again: made, sent from, compared with what each must have, and deleted.

import { spawnSync } from "node:child_process";
import { expect } from "vitest";
import { onProcessEnd } from "../support/cleanup.js";
import { createNetns, type Netns, QUIET_IPV6 } from "../support/networks/netns.js";
import { PATIENCE } from "../support/pace.js";
import { runCommand } from "../support/processes/command.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { projectPath } from "../support/project_path.js";
import { type Growth, keyOf, routeGrowth } from "../support/truth/growth.js";
import type { Sample } from "../support/truth/scrape.js";

const TO = { table: "203.0.113.9", device: "10.77.0.9", nowhere: "198.51.100.9", table6: "fd74:f::9" } as const;

export interface Waves extends AsyncDisposable {
  readonly names: readonly string[];
  make(): Promise<void>;
  send(count: number): Promise<void>;
  remove(): Promise<void>;
}

/** Makes the namespaces, sends, compares each with what it must have, and deletes them. */
export async function live(daemon: DaemonProcess, waves: Waves, sends: number): Promise<void> {
  await waves.make();
  const before = await daemon.scrape();
  await waves.send(sends);
  const after = await daemon.scrape();
  const expected = Object.fromEntries(waves.names.map((name, at) => [name, growthOf(sends, at)]));
  const grown = waves.names.map((name) => [name, increase(before, after, name, expected[name] ?? {})]);
  expect(Object.fromEntries(grown)).toEqual(expected);
  await waves.remove();
}

/**
 * The series of the namespace that bore the name before either goes on, or its time is over and a new one began at 0. Waves
 * of one name send different numbers, so that neither is taken for the other.
 */
function increase(before: readonly Sample[], after: readonly Sample[], netns: string, expected: Growth): Growth {
  const plain = routeGrowth(before, after, netns);
  const anew = routeGrowth([], after, netns);
  const keys = new Set([...Object.keys(plain), ...Object.keys(expected)]);
  const entries = [...keys].map((key) => [key, anew[key] === expected[key] ? anew[key] : plain[key]]);
  return Object.fromEntries(entries.filter(([, rise]) => rise !== undefined));
}

/** By `sends` to each destination. A namespace with rules asks local first; IPv6 asks once more to choose a source address. */
function growthOf(sends: number, at: number): Growth {
  return {
    [keyOf("ipv4", "local", "", "no_route")]: 3 * sends,
    [keyOf("ipv4", tableOf(at), "", "blackhole")]: sends,
    [keyOf("ipv4", "main", "d0", "found")]: sends,
    [keyOf("ipv4", "main", "", "no_route")]: sends,
    [keyOf("ipv6", "local", "", "no_route")]: 2 * sends,
    [keyOf("ipv6", tableOf(at), "", "blackhole")]: 2 * sends,
  };
}

function tableOf(at: number): string {
  return String(1001 + at);
}

/** One shell for each act: some hundred programs started from here one by one would take far longer. */
export async function createWaves(count: number): Promise<Waves> {
  const base: Netns = await createNetns("churn");
  const names = Array.from({ length: count }, (_, at) => `${base.name}-${at + 1}`);
  const removal = names.map((name) => `netns delete ${name}\n`).join("");
  const removeNow = () => spawnSync("ip", ["-force", "-batch", "-"], { input: removal });
  const forget = onProcessEnd(removeNow);
  const shell = (lines: readonly string[]) =>
    runCommand("sh", ["-e", "-s"], { input: `${lines.join("\n")}\n`, timeoutMs: 120_000 * PATIENCE });
  const batch = (command: string, lines: readonly string[]) => `${command} -batch - <<'END'\n${lines.join("\n")}\nEND`;
  const settings = Object.entries({ ...QUIET_IPV6, "net.ipv6.conf.default.disable_ipv6": 1 }).map(
    ([key, value]) => `echo ${value} >/proc/sys/${key.replaceAll(".", "/")}`,
  );
  const makeOne = (name: string, at: number) => [
    `nsenter --net=/run/netns/${name} sh -e <<'END'\n${settings.join("\n")}\nEND`,
    batch(`ip -n ${name}`, [
      "link set lo up",
      "link add d0 type veth peer name d1",
      "addr add 10.77.0.1/24 dev d0",
      "link set d0 up",
      "link set d1 up",
      // Nobody's address: what arrives at the peer is dropped before it is routed.
      `neigh add ${TO.device} lladdr 02:74:73:07:00:01 dev d0 nud permanent`,
      `route add blackhole 203.0.113.0/24 table ${tableOf(at)}`,
      `rule add pref 100 to 203.0.113.0/24 table ${tableOf(at)}`,
    ]),
    batch(`ip -6 -n ${name}`, [
      `route add blackhole fd74:f::/64 table ${tableOf(at)}`,
      `rule add pref 100 to fd74:f::/64 table ${tableOf(at)}`,
    ]),
  ];
  const sender = projectPath("dist/test/flood/send");
  return {
    names,
    make: async () => {
      await shell([
        batch(
          "ip",
          names.map((name) => `netns add ${name}`),
        ),
        ...names.flatMap(makeOne),
      ]);
    },
    send: async (sends) => {
      const each = Object.values(TO).map((to) => `${sender} udp --to ${to} --count ${sends} >/dev/null`);
      await shell(names.map((name) => `nsenter --net=/run/netns/${name} sh -e <<'END'\n${each.join("\n")}\nEND`));
    },
    remove: async () => {
      await runCommand("ip", ["-batch", "-"], { input: removal, timeoutMs: 120_000 * PATIENCE });
    },
    [Symbol.asyncDispose]: async () => {
      removeNow();
      forget();
      await base.remove();
    },
  };
}
