// The kernel's own count of packets, as /proc/net tells it inside a namespace: those it forwarded, delivered, or had no
// route for.

import type { Netns } from "../networks/netns.js";

/** Keys as "ipv4 in". */
export async function readNoRoute(netns: Pick<Netns, "exec">): Promise<Readonly<Record<string, number>>> {
  const { snmp, netstat, snmp6 } = await readFiles(netns);
  return {
    "ipv4 in": column(netstat, "IpExt", "InNoRoutes"),
    "ipv4 out": column(snmp, "Ip", "OutNoRoutes"),
    "ipv6 in": line(snmp6, "Ip6InNoRoutes"),
    "ipv6 out": line(snmp6, "Ip6OutNoRoutes"),
  };
}

/** Keys as "ipv4 forwarded". */
export async function readPackets(netns: Pick<Netns, "exec">): Promise<Readonly<Record<string, number>>> {
  const { snmp, snmp6 } = await readFiles(netns);
  return {
    "ipv4 forwarded": column(snmp, "Ip", "ForwDatagrams"),
    "ipv4 delivered": column(snmp, "Ip", "InDelivers"),
    "ipv6 forwarded": line(snmp6, "Ip6OutForwDatagrams"),
    "ipv6 delivered": line(snmp6, "Ip6InDelivers"),
  };
}

/** TCP segments sent, of both families together. */
export async function readSegments(netns: Pick<Netns, "exec">): Promise<number> {
  return column((await readFiles(netns)).snmp, "Tcp", "OutSegs");
}

/** UDP packets for a port without a socket. */
export async function readNoSocket(netns: Pick<Netns, "exec">): Promise<Readonly<Record<"ipv4" | "ipv6", number>>> {
  const { snmp, snmp6 } = await readFiles(netns);
  return { ipv4: column(snmp, "Udp", "NoPorts"), ipv6: line(snmp6, "Udp6NoPorts") };
}

/** Packets given up on, by the names of nstat(8). */
export async function readErrors(netns: Pick<Netns, "exec">): Promise<Readonly<Record<string, number>>> {
  const { snmp, netstat, snmp6 } = await readFiles(netns);
  return {
    IpInHdrErrors: column(snmp, "Ip", "InHdrErrors"),
    IpInAddrErrors: column(snmp, "Ip", "InAddrErrors"),
    IpFragFails: column(snmp, "Ip", "FragFails"),
    IpExtInNoRoutes: column(netstat, "IpExt", "InNoRoutes"),
    IcmpOutDestUnreachs: column(snmp, "Icmp", "OutDestUnreachs"),
    TcpExtIPReversePathFilter: column(netstat, "TcpExt", "IPReversePathFilter"),
    Ip6InHdrErrors: line(snmp6, "Ip6InHdrErrors"),
    Ip6InAddrErrors: line(snmp6, "Ip6InAddrErrors"),
    Ip6InNoRoutes: line(snmp6, "Ip6InNoRoutes"),
    Ip6InTooBigErrors: line(snmp6, "Ip6InTooBigErrors"),
    Ip6InDiscards: line(snmp6, "Ip6InDiscards"),
  };
}

/** All that tablesnoop_packets_total and tablesnoop_ip_errors_total show, but IPv4's too_big, which no file has. */
export async function readMib(netns: Pick<Netns, "exec">): Promise<Readonly<Record<string, number>>> {
  const { snmp, netstat, snmp6 } = await readFiles(netns);
  const ip = (name: string) => column(snmp, "Ip", name);
  const ip6 = (name: string) => line(snmp6, `Ip6${name}`);
  return {
    "ipv4 forwarded": ip("ForwDatagrams"),
    "ipv4 sent": ip("OutRequests"),
    "ipv4 delivered": ip("InDelivers"),
    "ipv4 rp_filter": column(netstat, "TcpExt", "IPReversePathFilter"),
    "ipv4 address": ip("InAddrErrors"),
    "ipv4 header": ip("InHdrErrors"),
    "ipv4 discard": ip("InDiscards") + ip("OutDiscards"),
    "ipv4 fragmentation": ip("FragFails"),
    "ipv6 forwarded": ip6("OutForwDatagrams"),
    "ipv6 sent": ip6("OutRequests"),
    "ipv6 delivered": ip6("InDelivers"),
    "ipv6 address": ip6("InAddrErrors"),
    "ipv6 header": ip6("InHdrErrors"),
    "ipv6 discard": ip6("InDiscards") + ip6("OutDiscards"),
    "ipv6 too_big": ip6("InTooBigErrors"),
    "ipv6 fragmentation": ip6("FragFails"),
  };
}

async function readFiles(netns: Pick<Netns, "exec">) {
  const read = async (file: string) => (await netns.exec("cat", [`/proc/self/net/${file}`])).stdout;
  const [snmp, netstat, snmp6] = await Promise.all([read("snmp"), read("netstat"), read("snmp6")]);
  return { snmp, netstat, snmp6 };
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
