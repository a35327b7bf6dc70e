// The kernel's own count of packets and sends without a route, as /proc/net tells it inside a namespace.

import type { Netns } from "../networks/netns.js";

/** Keys as "ipv4 in". */
export async function readNoRoute(netns: Netns): Promise<Readonly<Record<string, number>>> {
  const [snmp, netstat, snmp6] = await Promise.all(
    ["snmp", "netstat", "snmp6"].map(async (file) => (await netns.exec("cat", [`/proc/self/net/${file}`])).stdout),
  );
  return {
    "ipv4 in": column(netstat ?? "", "IpExt", "InNoRoutes"),
    "ipv4 out": column(snmp ?? "", "Ip", "OutNoRoutes"),
    "ipv6 in": line(snmp6 ?? "", "Ip6InNoRoutes"),
    "ipv6 out": line(snmp6 ?? "", "Ip6OutNoRoutes"),
  };
}

/** Two lines with the same first word: names, then numbers. */
function column(text: string, group: string, name: string): number {
  const [names = [], numbers = []] = text
    .split("\n")
    .filter((row) => row.startsWith(`${group}: `))
    .map((row) => row.split(" "));
  return read(numbers[names.indexOf(name)], name);
}

function line(text: string, name: string): number {
  return read(new RegExp(`^${name}\\s+(\\d+)`, "m").exec(text)?.[1], name);
}

function read(text: string | undefined, name: string): number {
  if (text === undefined) throw new Error(`read ${name}: /proc/net has no such counter`);
  return Number(text);
}
