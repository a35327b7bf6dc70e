// Listening sockets that systemd made and passes on (sd_listen_fds(3)): file descriptors from 3 on.

import { fstatSync, readFileSync } from "node:fs";
import { causeOf, StartError } from "../errors.js";
import type { InheritedAddress } from "./address.js";

const FIRST_FD = 3;
const MOST = 16;

/**
 * One address for each descriptor that was passed to this process. They are taken out of `environment`, so that no other
 * process takes them for its own. Throws StartError.
 */
export function takeSystemdSockets(environment: NodeJS.ProcessEnv, pid: number): InheritedAddress[] {
  const { LISTEN_PID, LISTEN_FDS = "", LISTEN_FDNAMES = "" } = environment;
  delete environment["LISTEN_PID"];
  delete environment["LISTEN_FDS"];
  delete environment["LISTEN_FDNAMES"];
  if (LISTEN_FDS === "") throw refusal("LISTEN_FDS is not set");
  if (LISTEN_PID !== String(pid)) throw refusal(`they are for process ${LISTEN_PID ?? "nobody"}, and this is ${pid}`);
  const count = /^\d{1,4}$/.test(LISTEN_FDS) ? Number(LISTEN_FDS) : 0;
  if (count < 1 || count > MOST) throw refusal(`LISTEN_FDS says ${LISTEN_FDS}; 1 to ${MOST} are taken`);
  const names = LISTEN_FDNAMES.split(":");
  return Array.from({ length: count }, (_, position) => {
    const fd = FIRST_FD + position;
    const path = unixPathOf(socketInode(fd));
    const name = names[position] ?? "";
    const text = path ? `unix:${path}` : `systemd socket ${fd}${name === "" ? "" : ` (${name})`}`;
    return Object.freeze({ text, fd, isUnix: path !== undefined });
  });
}

function socketInode(fd: number): number {
  try {
    const stat = fstatSync(fd);
    if (stat.isSocket()) return stat.ino;
  } catch (error) {
    throw refusal(`file descriptor ${fd}: ${causeOf(error)}`, error);
  }
  throw refusal(`file descriptor ${fd} is no socket`);
}

/** Undefined if it is no unix socket; empty if it has no path. */
function unixPathOf(inode: number): string | undefined {
  for (const line of readFileSync("/proc/self/net/unix", "utf8").split("\n")) {
    const [, , , , , , ofLine, path = ""] = line.trim().split(/ +/);
    if (ofLine === String(inode)) return path;
  }
  return undefined;
}

function refusal(cause: string, error?: unknown): StartError {
  return new StartError("systemd_sockets_absent", { cause }, { cause: error });
}
