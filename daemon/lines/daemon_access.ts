// How a client shows a protected daemon who it is, and knows it again: certificates and a password, read from files.

import { causeOf, StartError } from "../errors.js";
import { readRegularFile } from "../regular_file.js";

/** The system's authorities, all in one file, are a quarter of it. */
const MOST_BYTES = 1 << 20;

/** PEM texts. */
export interface DaemonAccess {
  /** Whose certificates are trusted instead of the system's authorities. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Of the user in the daemon's address. */
  readonly password?: string;
}

/** Where each of them is. */
export type AccessFiles = { readonly [Part in keyof DaemonAccess]: string };

/** The password is its file's first line. Throws StartError. */
export function readAccess({ ca, cert, key, password }: AccessFiles): DaemonAccess {
  return {
    ...(ca !== undefined && { ca: read(ca) }),
    ...(cert !== undefined && { cert: read(cert), key: read(key ?? cert) }),
    ...(password !== undefined && { password: read(password).split(/\r?\n/, 1)[0] ?? "" }),
  };
}

function read(path: string): string {
  try {
    return readRegularFile(path, MOST_BYTES);
  } catch (error) {
    throw new StartError("access_unreadable", { file: path, cause: causeOf(error) }, { cause: error });
  }
}
