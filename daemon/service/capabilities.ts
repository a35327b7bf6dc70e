// The capabilities of Linux by name, and what is left of them once the probes are attached.

import type { Logger } from "pino";
import type { Session } from "../native/session.js";

/** As in capabilities(7); the position is the number the kernel knows it by. */
const NAMES = [
  ...["chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap"],
  ...["linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner"],
  ...["sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice"],
  ...["sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap"],
  ...["mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf"],
  ...["checkpoint_restore"],
] as const;

const PREFIX = "cap_";

/** What the kernel may ask for when programs and maps are used by those who hold them. */
const BPF_AND_PERFMON = bit("bpf") | bit("perfmon");

/** Every capability stays, and none is even looked at. */
export type Kept = "all" | bigint;

/** The set that these words name, a bit for each; undefined if one of them is none. `all` and `none` stand alone. */
export function parseKept(words: readonly string[]): Kept | undefined {
  const [only = "none"] = words;
  if (words.length <= 1 && only === "none") return 0n;
  if (words.length === 1 && only === "all") return "all";
  let kept = 0n;
  for (const word of words) {
    const name = word.toLowerCase();
    const position = NAMES.findIndex((known) => PREFIX + known === name);
    if (position < 0) return undefined;
    kept |= 1n << BigInt(position);
  }
  return kept;
}

export interface DropOptions {
  readonly kept: Kept;
  readonly session: Pick<Session, "refusalWithout">;
  readonly drop: (keep: bigint) => void;
  readonly log: Logger;
}

/**
 * Gives up what is not needed any more. Kernels before 5.19 refuse every BPF call to those without CAP_BPF if
 * unprivileged BPF is switched off; there, found by trying, the two capabilities the probes needed stay.
 */
export function giveUpCapabilities({ kept, session, drop, log }: DropOptions): void {
  if (kept === "all") return;
  const refusal = session.refusalWithout(kept);
  if (refusal === "") {
    drop(kept);
    return;
  }
  log.warn(
    { because: refusal },
    "CAP_BPF and CAP_PERFMON are kept: this kernel asks for them as long as lookups are counted",
  );
  drop(kept | BPF_AND_PERFMON);
}

function bit(name: (typeof NAMES)[number]): bigint {
  return 1n << BigInt(NAMES.indexOf(name));
}
