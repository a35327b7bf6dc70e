// The one place that opens lines of lookups, from probes of its own or from a daemon: for the command and the library.

import { kernelCause, StartError } from "../errors.js";
import { openRouteChanges } from "../native/route_changes.js";
import { type Backend, isKernelError, openSession, type Verbosity } from "../native/session.js";
import type { LookupQuery } from "../stream/query.js";
import type { DaemonAccess } from "./daemon_access.js";
import { type DaemonAddress, LOCAL_DAEMON } from "./daemon_address.js";
import { connectLines, hasStream } from "./daemon_lines.js";
import type { LineSource, SourceFormat } from "./line_source.js";
import { openOwnLines } from "./own_lines.js";

export interface SourceOptions {
  readonly query: LookupQuery;
  /** Nothing but the namespace this process is in; not known over a connection, and ignored there. */
  readonly ownNetns: boolean;
  readonly format: SourceFormat;
  readonly verbose: Verbosity;
  readonly colour: boolean;
  readonly probe: Backend | "auto";
  /** Absent: probes of its own. */
  readonly connect?: DaemonAddress;
  readonly access?: DaemonAccess;
  readonly note: (text: string) => void;
  /** Gives up connecting. */
  readonly signal?: AbortSignal;
}

/** Throws what `describe` of errors.ts can tell, and BadQuery. */
export async function openSource(options: SourceOptions): Promise<LineSource> {
  const { connect, ...rest } = options;
  if (connect !== undefined) return connectLines({ ...rest, address: connect });
  try {
    return openOwnLines({ ...rest, openSession, openRouteChanges });
  } catch (error) {
    throw await withAWayOut(error);
  }
}

/** Who may not attach probes may still be served by a daemon. */
async function withAWayOut(error: unknown): Promise<unknown> {
  if (!isKernelError(error) || (error.code !== "EPERM" && error.code !== "EACCES")) return error;
  if (!(await hasStream(LOCAL_DAEMON))) return error;
  const fills = { act: error.act, object: error.object, cause: kernelCause(error), url: LOCAL_DAEMON.text };
  return new StartError("kernel_forbids_but_daemon", fills, { cause: error });
}
