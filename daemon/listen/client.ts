// Who is at the other end of a connection, as far as limits are shared out: an IPv4 address, the /64 of an IPv6 address (a
// host has a whole one to choose from), or anybody on unix sockets.

import { isIPv6, type Socket } from "node:net";

const GROUPS_OF_NETWORK = 4;
const GROUPS = 8;

export function clientOf({ remoteAddress = "unix" }: Pick<Socket, "remoteAddress">): string {
  const [address = ""] = remoteAddress.split("%");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = "", tail = ""] = address.split("::");
  const first = groups(head);
  const zeros = address.includes("::") ? GROUPS - first.length - groups(tail).length : 0;
  const all = [...first, ...new Array<string>(zeros).fill("0"), ...groups(tail)];
  return `${all.slice(0, GROUPS_OF_NETWORK).join(":")}::/64`;
}

function groups(text: string): string[] {
  return text === "" ? [] : text.split(":");
}
