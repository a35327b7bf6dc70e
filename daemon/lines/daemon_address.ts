// Where a running daemon serves its stream, from the text a user gives.

/** Options for node:http or node:https, and how to name it to people: without the password. */
export interface DaemonAddress {
  readonly text: string;
  readonly to: { readonly host: string; readonly port: number } | { readonly socketPath: string };
  readonly usesTls: boolean;
  /** Who logs in; absent: nobody. */
  readonly login?: { readonly user: string; readonly password: string };
}

/** The daemon's default port. */
const PORT = 10_074;
const HTTP =
  /^(https?):\/\/(?:([^\s/:@?#[\]]*)(?::([^\s/@?#]*))?@)?(?:\[([0-9a-f:.]+)\]|([^\s/:@?#[\]]+))(?::(\d{1,5}))?(?:\/(?:stream)?)?$/i;
const UNIX = /^unix:(\/[^\0]+)$/;

/** The one a user finds without telling which. */
export const LOCAL_DAEMON: DaemonAddress = {
  text: `http://127.0.0.1:${PORT}`,
  to: { host: "127.0.0.1", port: PORT },
  usesTls: false,
};

/**
 * http://host, http://host:port, http://[IPv6]:port, the same with https and with user:password@ before the host, or
 * unix:/path; undefined if the text is none. User and password may be percent-encoded.
 */
export function parseDaemonAddress(text: string): DaemonAddress | undefined {
  const [, socketPath] = UNIX.exec(text) ?? [];
  if (socketPath !== undefined) return { text, to: { socketPath }, usesTls: false };

  const [matched, scheme = "", user, password = "", ipv6, name, digits] = HTTP.exec(text) ?? [];
  const host = ipv6 ?? name;
  const port = digits === undefined ? PORT : Number(digits);
  if (matched === undefined || host === undefined || port < 1 || port > 65_535) return undefined;
  const login = user === undefined ? undefined : decoded(user, password);
  if (login === "malformed") return undefined;
  return {
    text: withoutLogin(matched).replace(/\/(stream)?$/i, ""),
    to: { host, port },
    usesTls: scheme.toLowerCase() === "https",
    ...(login && { login }),
  };
}

/** Of any text, what may be shown to people. */
export function withoutLogin(text: string): string {
  return text.replace(/^((?:[^/@]*\/\/)?).*@/s, "$1");
}

function decoded(user: string, password: string): DaemonAddress["login"] | "malformed" {
  try {
    return { user: decodeURIComponent(user), password: decodeURIComponent(password) };
  } catch (error) {
    if (error instanceof URIError) return "malformed";
    throw error;
  }
}
