// Where a running daemon serves its stream, from the text a user gives.

/** Options for node:http, and how to name it to people. */
export interface DaemonAddress {
  readonly text: string;
  readonly to: { readonly host: string; readonly port: number } | { readonly socketPath: string };
}

/** The daemon's default port. */
const PORT = 10_074;
const HTTP = /^http:\/\/(?:\[([0-9a-f:.]+)\]|([^\s/:@?#[\]]+))(?::(\d{1,5}))?(?:\/(?:stream)?)?$/i;
const UNIX = /^unix:(\/[^\0]+)$/;

/** The one a user finds without telling which. */
export const LOCAL_DAEMON: DaemonAddress = { text: `http://127.0.0.1:${PORT}`, to: { host: "127.0.0.1", port: PORT } };

/** http://host, http://host:port, http://[IPv6]:port or unix:/path; undefined if the text is none. */
export function parseDaemonAddress(text: string): DaemonAddress | undefined {
  const [, socketPath] = UNIX.exec(text) ?? [];
  if (socketPath !== undefined) return { text, to: { socketPath } };

  const [matched, ipv6, name, digits] = HTTP.exec(text) ?? [];
  const host = ipv6 ?? name;
  const port = digits === undefined ? PORT : Number(digits);
  if (matched === undefined || host === undefined || port < 1 || port > 65_535) return undefined;
  return { text: matched.replace(/\/(stream)?$/i, ""), to: { host, port } };
}
