// Listen addresses as Prometheus exporters write them: :port, host:port, [v6]:port; and unix:/path. Pure.

import { isIPv4, isIPv6 } from "node:net";

export interface TcpAddress {
  /** As the operator wrote it. */
  readonly text: string;
  /** Absent: all addresses, IPv6 and IPv4. */
  readonly host: string | undefined;
  /** 0: the kernel chooses. */
  readonly port: number;
}

export interface UnixAddress {
  readonly text: string;
  /** Absolute, and short enough for the kernel. */
  readonly path: string;
}

/** A socket that was made by whoever started this process. */
export interface InheritedAddress {
  readonly text: string;
  readonly fd: number;
  readonly isUnix: boolean;
}

export type ListenAddress = TcpAddress | UnixAddress | InheritedAddress;

/** sockaddr_un has 108 bytes, the last of them 0. */
const MOST_PATH_BYTES = 107;
const UNIX = /^unix:(\/[^\0]*[^\0/])$/;

const HOST_NAME = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i;

/** undefined if the text is no listen address. */
export function parseListenAddress(text: string): TcpAddress | UnixAddress | undefined {
  if (text.startsWith("unix:")) return parseUnixAddress(text);
  const colon = text.lastIndexOf(":");
  const port = parsePort(text.slice(colon + 1));
  const host = text.slice(0, Math.max(colon, 0));
  if (colon < 0 || port === undefined) return undefined;
  if (host === "") return { text, host: undefined, port };
  if (host.startsWith("[") && host.endsWith("]")) {
    const inner = host.slice(1, -1);
    return isIPv6(inner) ? { text, host: inner, port } : undefined;
  }
  return isHost(host) ? { text, host, port } : undefined;
}

function parseUnixAddress(text: string): UnixAddress | undefined {
  const path = UNIX.exec(text)?.[1];
  return path === undefined || Buffer.byteLength(path) > MOST_PATH_BYTES ? undefined : { text, path };
}

/** Of a bound address such as 127.0.0.1:10074, [::1]:10074 or unix:/run/socket: whether only this host reaches it. */
export function isLoopback(bound: string): boolean {
  return bound.startsWith("unix:") || isLoopbackHost(bound.replace(/^\[(.*)\]:\d+$/, "$1"));
}

/** Of an IPv4 or IPv6 address as the kernel writes it, with or without :port after IPv4. */
export function isLoopbackHost(address: string): boolean {
  return /^(127\.|::1$|::ffff:127\.)/.test(address);
}

function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : undefined;
  return port !== undefined && port <= 65535 ? port : undefined;
}

/** A name whose last label is a number can only be a mistyped IPv4 address. */
function isHost(host: string): boolean {
  if (isIPv4(host)) return true;
  return host.length <= 253 && HOST_NAME.test(host) && !/(^|\.)\d+\.?$/.test(host);
}
