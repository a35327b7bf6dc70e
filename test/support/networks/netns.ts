// Named network namespaces for tests: made quiet (no background lookups), removed in any case, also after an interrupted
// run. Never touches the namespace the test runs in.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { onProcessEnd } from "../cleanup.js";
import { type CommandOptions, type CommandResult, runCommand } from "../processes/command.js";

const FOLDER = "/run/netns";

export interface Netns extends AsyncDisposable {
  readonly name: string;
  readonly path: string;
  readonly inode: number;
  /** Runs a program inside. */
  exec(program: string, args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Runs iproute2 commands inside, each one line without the leading `ip`. */
  ip(...lines: readonly string[]): Promise<void>;
  /** Keys as sysctl(8) writes them. */
  sysctl(settings: Readonly<Record<string, string | number>>): Promise<void>;
  remove(): Promise<void>;
}

export interface VethEnd {
  readonly netns: Netns;
  readonly device: string;
  /** With prefix length. */
  readonly addresses?: readonly string[];
}

/** Devices that ask for no router, try out no address, make none by themselves, and are done with multicast reports in a moment. */
export const QUIET_IPV6 = {
  "net.ipv6.conf.all.accept_ra": 0,
  "net.ipv6.conf.default.accept_ra": 0,
  "net.ipv6.conf.default.router_solicitations": 0,
  "net.ipv6.conf.default.accept_dad": 0,
  "net.ipv6.conf.default.dad_transmits": 0,
  "net.ipv6.conf.default.addr_gen_mode": 1,
  "net.ipv6.conf.default.mldv1_unsolicited_report_interval": 1,
  "net.ipv6.conf.default.mldv2_unsolicited_report_interval": 1,
} as const;

/**
 * No autoconfiguration, no duplicate detection, no link-local addresses, multicast reports sent at once instead of over
 * seconds, and ICMP errors unlimited: each lookup in here is one that a test caused. One limit cannot be lifted in a
 * namespace: how often a router answers IPv4 packets it has no route for (5 to a source, then 1 a second); each answer
 * costs lookups of its own, so after such packets compare with a ground truth instead of a number.
 */
const QUIET = {
  "net.ipv4.conf.all.rp_filter": 0,
  "net.ipv4.conf.default.rp_filter": 0,
  "net.ipv4.conf.all.send_redirects": 0,
  "net.ipv4.conf.default.send_redirects": 0,
  "net.ipv4.icmp_ratemask": 0,
  "net.ipv6.icmp.ratelimit": 0,
  "net.ipv6.conf.default.autoconf": 0,
  ...QUIET_IPV6,
} as const;

let made = 0;
let links = 0;

export async function createNetns(label: string): Promise<Netns> {
  if (made === 0) removeLeftovers();
  made += 1;
  const name = `ts-${process.pid}-${startTime(process.pid)}-${made}-${label}`;
  const path = `${FOLDER}/${name}`;
  await runCommand("ip", ["netns", "add", name]);
  const forget = onProcessEnd(() => deleteNow(name));

  const exec = (program: string, args: readonly string[], options?: CommandOptions) =>
    runCommand("nsenter", [`--net=${path}`, "--", program, ...args], options);
  const remove = async () => {
    if (!existsSync(path)) return;
    await runCommand("ip", ["netns", "delete", name]);
    forget();
  };
  const netns: Netns = {
    name,
    path,
    inode: statSync(path).ino,
    exec,
    ip: async (...lines) => {
      await runCommand("ip", ["-n", name, "-batch", "-"], { input: `${lines.join("\n")}\n` });
    },
    sysctl: async (settings) => {
      const script = Object.entries(settings).map(
        ([key, value]) => `echo ${value} >/proc/sys/${key.replaceAll(".", "/")}`,
      );
      await exec("sh", ["-ec", script.join("\n")]);
    },
    remove,
    [Symbol.asyncDispose]: remove,
  };
  try {
    await netns.sysctl(QUIET);
    await netns.ip("link set lo up");
  } catch (error) {
    await remove();
    throw error;
  }
  return netns;
}

/** A veth pair between two namespaces, up, each end knowing the other's addresses without having to ask. */
export async function linkVeth(one: VethEnd, other: VethEnd): Promise<void> {
  const oneMac = nextMac();
  const otherMac = nextMac();
  await one.netns.ip(
    `link add ${one.device} address ${oneMac} type veth peer name ${other.device} address ${otherMac} netns ${other.netns.name}`,
  );
  for (const [here, there, mac] of [
    [one, other, otherMac],
    [other, one, oneMac],
  ] as const) {
    await here.netns.ip(
      ...(here.addresses ?? []).map((address) => `addr add ${address} dev ${here.device} nodad`),
      `link set ${here.device} up`,
      ...(there.addresses ?? []).map(
        (address) => `neigh add ${address.replace(/\/.*/, "")} lladdr ${mac} dev ${here.device} nud permanent`,
      ),
    );
  }
}

function nextMac(): string {
  links += 1;
  return `02:74:73:00:${hexByte(links >> 8)}:${hexByte(links)}`;
}

function hexByte(value: number): string {
  return (value & 0xff).toString(16).padStart(2, "0");
}

/** Namespaces of test processes that are gone. A process is known by its pid and start time. */
function removeLeftovers(): void {
  if (!existsSync(FOLDER)) return;
  for (const name of readdirSync(FOLDER)) {
    const owner = /^ts-(\d+)-(\d+)-/.exec(name);
    if (owner && startTime(Number(owner[1])) !== owner[2]) deleteNow(name);
  }
}

/** Clock ticks since boot, field 22 of /proc/PID/stat; undefined if there is no such process. */
function startTime(pid: number): string | undefined {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return undefined;
  const stat = readFileSync(path, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function deleteNow(name: string): void {
  spawnSync("ip", ["netns", "delete", name], { stdio: "ignore" });
}
