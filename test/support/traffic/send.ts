// The face of the `send` helper (test/support/flood/send.c): known numbers of sends from inside a namespace.

import type { Netns } from "../networks/netns.js";
import { type Background, startBackground } from "../processes/background.js";
import { projectPath } from "../project_path.js";
import { execUndisturbed } from "./undisturbed.js";

/**
 * udp: unconnected sendto, each asks for a route. held: sends of a connected socket, which keeps its route. connect: a UDP
 * connect, nothing sent. ping: echo requests from a raw socket. tun: packets written to a tun device.
 */
export type SendMode = "udp" | "held" | "connect" | "ping" | "tun";

export interface SendOptions {
  readonly to: string;
  readonly count?: number;
  /** Source address; without one the kernel chooses. Needed by tun. */
  readonly from?: string;
  readonly port?: number;
  /** Bytes of payload. */
  readonly size?: number;
  readonly mark?: number;
  /** The sending task moves here after it opened its socket; the socket stays where it was. */
  readonly thenNetns?: Netns;
  readonly device?: string;
  readonly deviceNetns?: Netns;
  /** Undisturbed, and for so many milliseconds afterwards: until the kernel's timers have ended what the sends began. */
  readonly afterwardsMs?: number;
  /** Of what is undisturbed, by number; one of those there are. 0 if absent. */
  readonly cpu?: number;
}

export interface SendResult {
  readonly sent: number;
  /** Refused attempts by errno name. */
  readonly errors: Readonly<Record<string, number>>;
  /** CPU time of one attempt, with all that the kernel does of it before it returns. */
  readonly ns_each: number;
}

export async function send(netns: Pick<Netns, "exec">, mode: SendMode, options: SendOptions): Promise<SendResult> {
  const flags: Record<string, string | number | undefined> = {
    to: options.to,
    count: options.count,
    from: options.from,
    port: options.port,
    size: options.size,
    mark: options.mark,
    "then-netns": options.thenNetns?.path,
    device: options.device,
    "device-netns": options.deviceNetns?.path,
  };
  const args = Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  const { afterwardsMs, cpu } = options;
  const words = [mode, ...args];
  const { stdout } = await (afterwardsMs === undefined
    ? netns.exec(helper(), words)
    : execUndisturbed(netns, [helper(), ...words], afterwardsMs, cpu));
  return JSON.parse(stdout) as SendResult;
}

/** Holds a UDP port for both families without reading: arriving datagrams cause no ICMP errors. */
export async function startSink(netns: Netns, port: number): Promise<Background> {
  const sink = await startBackground("nsenter", [
    `--net=${netns.path}`,
    "--",
    helper(),
    "sink",
    "--port",
    String(port),
  ]);
  await sink.waitFor("stdout", /ready/);
  return sink;
}

/** The kernel's 64-bit identity of the namespace. */
export async function netnsCookie(netns: Netns): Promise<bigint> {
  const { stdout } = await netns.exec(helper(), ["cookie"]);
  return BigInt(stdout.trim());
}

function helper(): string {
  return projectPath("dist/test/flood/send");
}
