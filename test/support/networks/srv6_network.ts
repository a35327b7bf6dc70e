// The network of the ROSE SRv6 tutorial (eight routers, twelve hosts), each node a namespace: links, routes between the
// routers, segment identifiers and the policies that carry a host's packets over them. Neighbours are known beforehand.

import { spawnSync } from "node:child_process";
import { onProcessEnd } from "../cleanup.js";
import { type CommandResult, runCommand } from "../processes/command.js";
import { waitUntil } from "../wait_until.js";
import { createNetns, QUIET_IPV6 } from "./netns.js";

export interface Srv6Network extends AsyncDisposable {
  /** Of the namespaces, by node: r1 to r8, and hosts such as h13, the third one at r1. */
  readonly names: ReadonlyMap<string, string>;
  exec(node: string, program: string, args: readonly string[]): Promise<CommandResult>;
}

interface Link {
  readonly ends: readonly [string, string];
  readonly addresses: readonly [string, string];
}

const SET_UP_MS = 120_000;
const ROUTERS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
const HOSTS = [11, 12, 13, 31, 32, 33, 51, 52, 53, 81, 82, 83] as const;
const NODES = [...ROUTERS.map((id) => `r${id}`), ...HOSTS.map((id) => `h${id}`)];
const BETWEEN_ROUTERS = ["1 2", "2 3", "2 7", "3 4", "4 5", "4 6", "5 6", "6 7", "6 8", "7 8"].map((pair) =>
  pair.split(" ").map(Number),
);
const LINKS: readonly Link[] = [
  ...HOSTS.map(
    (id): Link => ({
      ends: [`h${id}`, `r${Math.floor(id / 10)}`],
      addresses: [`fd00:0:${id}::2`, `fd00:0:${id}::1`],
    }),
  ),
  ...BETWEEN_ROUTERS.map(
    ([one = 0, other = 0]): Link => ({
      ends: [`r${one}`, `r${other}`],
      addresses: [onLink(one, other), onLink(other, one)],
    }),
  ),
];

/** For each router, by which neighbour it reaches those that are none: a ring of unequal ways, so paths are not shortest. */
const VIA: Readonly<Record<number, Readonly<Record<number, readonly number[]>>>> = {
  1: { 2: [3, 4, 5, 6, 7, 8] },
  2: { 3: [4, 5, 6, 8] },
  3: { 2: [1], 4: [5, 6, 7, 8] },
  4: { 3: [1, 2], 6: [7, 8] },
  5: { 4: [1, 2, 3], 6: [7, 8] },
  6: { 4: [1, 2, 3] },
  7: { 6: [1, 3, 4, 5] },
  8: { 6: [1, 2, 3, 4, 5] },
};

interface Policy {
  readonly at: number;
  readonly host: number;
  /** full: a header with every segment. compressed: all segments in one address (micro SIDs). */
  readonly encoding: "full" | "compressed";
  readonly through: readonly number[];
  readonly end: number;
}

const POLICIES: readonly Policy[] = [
  { at: 1, host: 81, encoding: "full", through: [3, 5], end: 8 },
  { at: 8, host: 11, encoding: "full", through: [], end: 1 },
  { at: 1, host: 82, encoding: "compressed", through: [5, 7], end: 8 },
  { at: 8, host: 12, encoding: "compressed", through: [], end: 1 },
  { at: 1, host: 83, encoding: "compressed", through: [2, 7, 4, 5], end: 8 },
  { at: 8, host: 13, encoding: "full", through: [7, 6, 5, 3, 2], end: 1 },
];

/** Everything in one script of the shell: some hundred programs started from here one by one would take far longer. */
export async function createSrv6Network(): Promise<Srv6Network> {
  const base = await createNetns("srv6");
  const names = NODES.map((node) => `${base.name}-${node}`);
  const removeNow = () => spawnSync("ip", ["-force", "-batch", "-"], { input: lines("netns delete", names) });
  const forget = onProcessEnd(removeNow);
  const remove = async () => {
    await runCommand("ip", ["-force", "-batch", "-"], { input: lines("netns delete", names) }).catch(removeNow);
    forget();
    await base.remove();
  };
  try {
    // Devices take over the settings of their namespace when they are made: links come after those.
    const script = [
      input(
        "ip -batch -",
        names.map((name) => `netns add ${name}`),
      ),
      ...NODES.map((node) => settings(node, base.name)),
      input("ip -batch -", links(base.name)),
      ...NODES.map((node) => input(`ip -n ${base.name}-${node} -batch -`, inNode(node))),
    ].join("\n");
    await runCommand("bash", ["-e", "-s"], { input: script, timeoutMs: SET_UP_MS });
    await becomeQuiet(names);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    names: new Map(NODES.map((node) => [node, `${base.name}-${node}`])),
    exec: (node, program, args) =>
      runCommand("nsenter", [`--net=/run/netns/${base.name}-${node}`, "--", program, ...args]),
    [Symbol.asyncDispose]: remove,
  };
}

/** For the shell. */
function settings(node: string, base: string): string {
  const all = { ...QUIET_IPV6, ...(node.startsWith("r") && { "net.ipv6.conf.all.forwarding": 1 }) };
  const lines = Object.entries(all).map(([key, value]) => `echo ${value} >/proc/sys/${key.replaceAll(".", "/")}`);
  return input(`nsenter --net=/run/netns/${base}-${node} sh -e`, lines);
}

/** For `ip`, outside. */
function links(base: string): string[] {
  return LINKS.map(({ ends: [one, other] }, at) => {
    const peer = `peer name ${other}-${one} address ${mac(at, 1)} netns ${base}-${other}`;
    return `link add ${one}-${other} address ${mac(at, 0)} netns ${base}-${one} type veth ${peer}`;
  });
}

/** For `ip` in the node: addresses, neighbours and routes. */
function inNode(node: string): string[] {
  const id = Number(node.slice(1));
  const own = node.startsWith("r") ? routerLines(id) : [];
  const links = LINKS.flatMap(({ ends, addresses }, at) => {
    const side = ends.indexOf(node);
    const [here, there] = side === 0 ? [0, 1] : [1, 0];
    if (side < 0) return [];
    const device = `${node}-${ends[there]}`;
    return [
      `addr add ${addresses[here]}/64 dev ${device} nodad`,
      `link set ${device} up`,
      `neigh add ${addresses[there]} lladdr ${mac(at, there)} dev ${device} nud permanent`,
      ...(node.startsWith("h") ? [`route add default via ${addresses[there]} dev ${device}`] : []),
    ];
  });
  return ["link set lo up", ...own, ...links, ...(node.startsWith("r") ? routesOf(id) : [])];
}

function routerLines(id: number): string[] {
  return [`addr add fcff:${id}::1/32 dev lo`, "link add dum0 type dummy", "link set dum0 up"];
}

/** Waits until no packet moved for a tenth of a second; one program a look, for all namespaces. */
async function becomeQuiet(names: readonly string[]): Promise<void> {
  const script = 'for name; do nsenter --net="/run/netns/$name" cat /proc/net/dev; done';
  let last = "";
  await waitUntil(
    "the network is quiet",
    async () => {
      const { stdout } = await runCommand("sh", ["-ec", script, "sh", ...names]);
      const isQuiet = stdout === last;
      last = stdout;
      return isQuiet;
    },
    { intervalMs: 1_000, timeoutMs: 60_000 },
  );
}

function input(command: string, text: readonly string[]): string {
  return `${command} <<'END'\n${text.join("\n")}\nEND`;
}

function lines(act: string, names: readonly string[]): string {
  return `${names.map((name) => `${act} ${name}`).join("\n")}\n`;
}

function mac(link: number, side: number): string {
  return `02:74:73:06:${link.toString(16).padStart(2, "0")}:0${side}`;
}

/** Address of a router on its link to another one. */
function onLink(router: number, peer: number): string {
  return `fcf0:0:${Math.min(router, peer)}:${Math.max(router, peer)}::${router}`;
}

function routesOf(id: number): string[] {
  const neighbours = BETWEEN_ROUTERS.filter((pair) => pair.includes(id)).flatMap((pair) =>
    pair.filter((to) => to !== id),
  );
  const far = Object.entries(VIA[id] ?? {}).flatMap(([via, routers]) =>
    routers.map((to) => [to, Number(via)] as const),
  );
  return [
    ...neighbours.flatMap((to) => wayTo(to, id, to)),
    ...far.flatMap(([to, via]) => wayTo(to, id, via, `src fcff:${id}::1`)),
    ...segments(id),
    ...POLICIES.filter(({ at }) => at === id).map(policyRoute),
  ];
}

/** To a router's plain segment identifiers, and to its compressed ones. */
function wayTo(to: number, id: number, via: number, source = ""): string[] {
  return [`fcff:${to}::/32`, `fcff:${to}00::/24`].map(
    (prefix) => `route add ${prefix} via ${onLink(via, id)} ${source}`,
  );
}

/** What a router does itself: End, or End.DT6 for the last one, in both encodings. */
function segments(id: number): string[] {
  const local = (prefix: string, action: string) => `route add ${prefix} encap seg6local action ${action} dev dum0`;
  return [
    local(`fcff:${id}::e`, "End"),
    local(`fcff:${id}::d6`, "End.DT6 table main"),
    local(`fcff:${id}0e::/32`, "End flavors next-csid lblen 16 nflen 16"),
    local(`fcff:${id}d6::/32`, "End.DT6 table main"),
  ];
}

function policyRoute({ host, encoding, through, end }: Policy): string {
  const encap =
    encoding === "full"
      ? `mode encap segs ${[...through.map((id) => `fcff:${id}::e`), `fcff:${end}::d6`].join(",")}`
      : `mode encap.red segs fcff:${[...through.map((id) => `${id}0e`), `${end}d6`].join(":")}::`;
  return `route add fd00:0:${host}::2 encap seg6 ${encap} dev dum0`;
}
