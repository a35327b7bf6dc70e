// A listening socket in the file system: who may connect is said by the file's mode and group.

import { once } from "node:events";
import { chmodSync, chownSync, existsSync, lstatSync, readFileSync, unlinkSync } from "node:fs";
import { connect, type Server } from "node:net";
import { dirname } from "node:path";
import { causeOf, codeOf, StartError } from "../errors.js";
import type { UnixAddress } from "./address.js";

export interface SocketAccess {
  /** Permission bits. */
  readonly mode: number;
  /** Name or number; absent: the group that the process has. */
  readonly group?: string;
}

/** Nobody can connect before mode and group are what they are to be. Throws StartError. */
export async function bindUnix(server: Server, address: UnixAddress, access: SocketAccess): Promise<void> {
  const { path, text } = address;
  const gid = access.group === undefined ? undefined : groupId(access.group);
  try {
    try {
      await attempt(server, path);
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE" || !(await isForsaken(path))) throw error;
      unlinkSync(path);
      await attempt(server, path);
    }
  } catch (error) {
    throw refusal(address, error);
  }
  try {
    if (gid !== undefined) chownSync(path, -1, gid);
    chmodSync(path, access.mode);
  } catch (error) {
    throw new StartError("socket_rights_refused", { address: text, cause: causeOf(error) }, { cause: error });
  }
}

async function attempt(server: Server, path: string): Promise<void> {
  // The file is there, with this mode, before listen() returns.
  const before = process.umask(0o177);
  try {
    server.listen({ path });
  } finally {
    process.umask(before);
  }
  await once(server, "listening");
}

/** A socket that nobody listens on any more, as a daemon that was killed leaves behind. */
async function isForsaken(path: string): Promise<boolean> {
  if (!lstatSync(path).isSocket()) return false;
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return false;
  } catch (error) {
    return codeOf(error) === "ECONNREFUSED";
  } finally {
    socket.destroy();
  }
}

function refusal({ path, text: address }: UnixAddress, error: unknown): StartError {
  const cause = { cause: error };
  // libuv says EACCES for it.
  if (!existsSync(dirname(path))) return new StartError("socket_folder_absent", { address }, cause);
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return new StartError("socket_in_use", { address }, cause);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new StartError("socket_forbidden", { address }, cause);
    default:
      return new StartError("address_refused", { address, cause: causeOf(error) }, cause);
  }
}

/** Of /etc/group, as getgrnam(3) is not to be had; groups from elsewhere have a number all the same. */
function groupId(group: string): number {
  if (/^\d{1,9}$/.test(group)) return Number(group);
  let text: string;
  try {
    text = readFileSync("/etc/group", "utf8");
  } catch (error) {
    throw new StartError("group_unknown", { group, cause: causeOf(error) }, { cause: error });
  }
  for (const line of text.split("\n")) {
    const [name, , gid = ""] = line.split(":");
    if (name === group && /^\d+$/.test(gid)) return Number(gid);
  }
  throw new StartError("group_unknown", { group, cause: "it is not in /etc/group" });
}
