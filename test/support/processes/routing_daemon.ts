// Real routing daemons in namespaces of a test: bird 2 and FRR, from Debian's packages. A speaker has one BGP neighbour.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onProcessEnd } from "../cleanup.js";
import type { Netns } from "../networks/netns.js";
import { libraryPath, unpackedPackage } from "../unpacked_package.js";
import { type Background, startBackground } from "./background.js";
import { runCommand } from "./command.js";

export interface Peer {
  readonly address: string;
  readonly as: number;
}

export interface Speaker extends Peer {
  readonly neighbour: Peer;
  /** Prefix that is announced to the neighbour; absent: none is, and what the neighbour announces goes into the kernel. */
  readonly announces?: string;
}

export interface RoutingDaemon extends AsyncDisposable {
  /** It has no time left to say goodbye. */
  kill(): Promise<void>;
}

export interface Bird extends RoutingDaemon {
  readonly pid: number;
  /** What it answers to a command of its own. */
  ask(command: string): Promise<string>;
}

export type Implementation = "bird" | "frr";

/** What each calls itself in the kernel's routes. */
export const PROTOCOL: Readonly<Record<Implementation, string>> = { bird: "bird", frr: "bgp" };

export function startSpeaker(which: Implementation, netns: Netns, speaker: Speaker): Promise<RoutingDaemon> {
  return which === "bird" ? startBird(netns, speaker) : startFrr(netns, speaker);
}

async function startBird(netns: Netns, { address, as, neighbour, announces }: Speaker): Promise<RoutingDaemon> {
  const channel = announces === undefined ? "import all; export none;" : "import none; export all;";
  const origin =
    announces === undefined
      ? "protocol kernel { ipv4 { import none; export all; }; }"
      : `protocol static { ipv4; route ${announces} unreachable; }`;
  return await startBirdWith(
    netns,
    `
      router id ${address};
      protocol device { scan time 1; }
      ${origin}
      ${birdsNeighbour({ address, as }, neighbour, channel)}`,
  );
}

/** Of bird's configuration: its only BGP neighbour, which it meets in seconds. `channel`: what goes in and out. */
export function birdsNeighbour(own: Peer, neighbour: Peer, channel: string): string {
  return `
      protocol bgp neighbour {
        local ${own.address} as ${own.as};
        neighbor ${neighbour.address} as ${neighbour.as};
        connect delay time 1; connect retry time 1; error wait time 1, 2;
        ipv4 { ${channel} };
      }`;
}

export async function startBirdWith(netns: Netns, config: string): Promise<Bird> {
  const folder = scratchFolder({ "bird.conf": config });
  const root = await unpackedPackage("bird2", "usr/sbin/bird", { withLibraries: true });
  const control = join(folder.path, "ctl");
  const files = ["-c", join(folder.path, "bird.conf"), "-s", control, "-P", join(folder.path, "pid")];
  const bird = await startIn(netns, root, [], join(root, "usr/sbin/bird"), ["-f", ...files]);
  return {
    pid: bird.pid,
    ask: async (command) =>
      (await runCommand(join(root, "usr/sbin/birdc"), ["-s", control, ...command.split(" ")])).stdout,
    ...ended([bird], folder.remove),
  };
}

async function startFrr(netns: Netns, { address, as, neighbour, announces }: Speaker): Promise<RoutingDaemon> {
  // FRR insists on groups of its own; the machine's list of them stays as it is.
  const others = readFileSync("/etc/group", "utf8")
    .split("\n")
    .filter((line) => !/^frr/.test(line));
  const folder = scratchFolder({
    group: ["frr:x:64001:", "frrvty:x:64002:root", ...others].join("\n"),
    "zebra.conf": "hostname zebra\n",
    "bgpd.conf": [
      `router bgp ${as}`,
      ` bgp router-id ${address}`,
      " no bgp ebgp-requires-policy",
      " no bgp network import-check",
      ` neighbor ${neighbour.address} remote-as ${neighbour.as}`,
      ` neighbor ${neighbour.address} timers connect 1`,
      ...(announces === undefined ? [] : [" address-family ipv4 unicast", `  network ${announces}`]),
      "",
    ].join("\n"),
  });
  const root = await unpackedPackage("frr", "usr/lib/frr/zebra", { withLibraries: true });
  const start = (name: string, ...flags: readonly string[]) => {
    const at = (file: string) => join(folder.path, `${name}.${file}`);
    const common = ["-u", "root", "-g", "root", "-f", at("conf"), "-i", at("pid"), "-z", join(folder.path, "zserv")];
    const command = [join(root, "usr/lib/frr", name), ...common, "--vty_socket", folder.path, "-P", "0", ...flags];
    const groupFile = `mount --bind ${join(folder.path, "group")} /etc/group && exec "$@"`;
    return startIn(netns, root, ["frr"], "unshare", ["--mount", "sh", "-c", groupFile, "sh", ...command]);
  };
  const zebra = await start("zebra");
  try {
    return ended([await start("bgpd", "-l", address), zebra], folder.remove);
  } catch (error) {
    await zebra.stop();
    folder.remove();
    throw error;
  }
}

function startIn(
  netns: Netns,
  root: string,
  folders: readonly string[],
  program: string,
  args: readonly string[],
): Promise<Background> {
  const environment = { ...process.env, LD_LIBRARY_PATH: libraryPath(root, ...folders) };
  return startBackground("nsenter", [`--net=${netns.path}`, "--", program, ...args], environment);
}

function ended(processes: readonly Background[], removeFolder: () => void): RoutingDaemon {
  const stop = async (signal: NodeJS.Signals) => {
    for (const process of processes) await process.stop(signal);
    removeFolder();
  };
  return { kill: () => stop("SIGKILL"), [Symbol.asyncDispose]: () => stop("SIGTERM") };
}

function scratchFolder(files: Readonly<Record<string, string>>) {
  const path = mkdtempSync(join(tmpdir(), "tablesnoop-routing-"));
  const removeFolder = () => rmSync(path, { recursive: true, force: true });
  const forget = onProcessEnd(removeFolder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  const remove = () => {
    removeFolder();
    forget();
  };
  return { path, remove };
}
