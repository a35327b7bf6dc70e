// What a service needs of its own process and Node does not offer, by way of the addon.

import { loadAddon } from "./session.js";

/** Sets no_new_privs on every thread: what this process executes gains no rights. Throws KernelError. */
export function forbidNewPrivileges(): void {
  loadAddon().forbidNewPrivileges();
}

/** Gives up, on every thread and for good, all capabilities but those whose bits are set in `keep`. Throws KernelError. */
export function dropCapabilities(keep: bigint): void {
  loadAddon().dropCapabilities(keep);
}

/**
 * Sends a message of sd_notify(3) to the socket of this path or abstract name (@...). Never waits. Throws KernelError.
 */
export function notify(address: string, message: string): void {
  loadAddon().notify(address, message);
}
