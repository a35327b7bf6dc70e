// What some kernels cannot make: devices of a type, routes into a tunnel.

import { CommandError } from "../processes/command.js";
import type { Netns } from "./netns.js";

/** Runs iproute2 commands inside. Empty, or why this kernel, or its `ip`, refuses one of them. */
export async function tryToMake(netns: Netns, ...lines: readonly string[]): Promise<string> {
  try {
    await netns.ip(...lines);
    return "";
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return `this kernel refuses \`ip ${lines[0]}\`: ${error.message.split("\n")[0]}`;
  }
}

/** Packets that left by the device, by its own statistics. */
export async function packetsSent(netns: Netns, device: string): Promise<number> {
  const { stdout } = await netns.exec("ip", ["-json", "-s", "link", "show", "dev", device]);
  const [link] = JSON.parse(stdout) as [{ stats64: { tx: { packets: number } } }];
  return link.stats64.tx.packets;
}
