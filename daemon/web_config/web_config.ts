// The web configuration file's content, in the format of Prometheus' exporter-toolkit, as one checked value. What it
// names, certificates and keys, is read elsewhere: pure.

import { parseDuration } from "../flags/duration.js";
import { costOf, MOST_COST } from "../login/bcrypt_hash.js";
import { ConfigFault } from "./fault.js";
import { CLIENT_AUTH, type ClientAuth, CURVES, SUITE_NAMES, VERSION_NAMES, type VersionName } from "./go_names.js";
import { readYaml, shown, type YamlValue } from "./yaml_reader.js";

/** Where PEM text is: in the configuration itself, or in a file. */
export type PemSource = { readonly inline: string } | { readonly path: string };

export interface TlsConfig {
  readonly cert: PemSource;
  readonly key: PemSource;
  readonly clientAuth: ClientAuth;
  readonly clientCa?: PemSource;
  /** A client's certificate must carry one of them; absent: no matter what it carries. */
  readonly clientSans?: readonly string[];
  readonly oldest: VersionName;
  readonly newest: VersionName;
  /** Go's names; empty: the usual ones. */
  readonly cipherSuites: readonly string[];
  /** OpenSSL's names; empty: the usual ones. */
  readonly curves: readonly string[];
  readonly prefersServerCiphers: boolean;
}

export interface RateLimit {
  /** Between two requests, on the long run. */
  readonly intervalMs: number;
  /** Requests that may come at once. */
  readonly burst: number;
}

export interface WebConfig {
  readonly tls?: TlsConfig;
  /** On every answer. */
  readonly headers: ReadonlyMap<string, string>;
  /** Names and bcrypt hashes; empty: no login is asked for. */
  readonly users: ReadonlyMap<string, string>;
  readonly rateLimit?: RateLimit;
}

/** What a daemon without a configuration file does. */
export const OPEN: WebConfig = Object.freeze({ headers: new Map<string, string>(), users: new Map<string, string>() });

/** Throws ConfigFault. */
export function parseWebConfig(text: string): WebConfig {
  const root = readYaml(text);
  if (root === undefined) return OPEN;
  const fields = root.fields(["tls_server_config", "http_server_config", "basic_auth_users", "rate_limit"]);
  const tls = fields.tls_server_config && tlsConfig(fields.tls_server_config);
  const rateLimit = fields.rate_limit && rateLimitOf(fields.rate_limit);
  return Object.freeze({
    ...(tls && { tls }),
    headers: fields.http_server_config ? headersOf(fields.http_server_config) : OPEN.headers,
    users: fields.basic_auth_users ? usersOf(fields.basic_auth_users) : OPEN.users,
    ...(rateLimit && { rateLimit }),
  });
}

const TLS_KEYS = [
  "cert",
  "key",
  "client_ca",
  "cert_file",
  "key_file",
  "client_auth_type",
  "client_ca_file",
  "cipher_suites",
  "curve_preferences",
  "min_version",
  "max_version",
  "prefer_server_cipher_suites",
  "client_allowed_sans",
] as const;

type TlsFields = Partial<Record<(typeof TLS_KEYS)[number], YamlValue>>;

/** Undefined if nothing in it asks for TLS. */
function tlsConfig(value: YamlValue): TlsConfig | undefined {
  const fields = value.fields(TLS_KEYS);
  const cert = pemSource(fields, "cert", "cert_file");
  const key = pemSource(fields, "key", "key_file");
  const clientCa = pemSource(fields, "client_ca", "client_ca_file");
  const clientAuth = clientAuthOf(fields.client_auth_type);
  const clientSans = fields.client_allowed_sans?.list().map((san) => san.string());
  const [oldest, newest] = versions(fields);
  const settings = {
    clientAuth: clientAuth ?? NO_CLIENT_AUTH,
    ...(clientCa && { clientCa }),
    ...(clientSans && { clientSans }),
    oldest,
    newest,
    cipherSuites: fields.cipher_suites?.list().map(cipherSuite) ?? [],
    curves: fields.curve_preferences?.list().map(curve) ?? [],
    prefersServerCiphers: fields.prefer_server_cipher_suites?.boolean() ?? true,
  };
  if (cert === undefined && key === undefined && clientCa === undefined && clientAuth === undefined) {
    // As in the toolkit; but whom it lists would then reach a server that asks for nothing.
    if (clientSans === undefined) return undefined;
  }
  if (cert === undefined) throw value.fault("neither cert nor cert_file is given");
  if (key === undefined) throw value.fault("neither key nor key_file is given");
  checkClientAuth(fields, settings);
  return Object.freeze({ cert, key, ...settings });
}

const NO_CLIENT_AUTH: ClientAuth = { asks: false, needs: false, verifies: false };

function pemSource<Inline extends keyof TlsFields, File extends keyof TlsFields>(
  fields: TlsFields,
  inlineKey: Inline,
  fileKey: File,
): PemSource | undefined {
  const inline = fields[inlineKey]?.string() ?? "";
  const path = fields[fileKey]?.string() ?? "";
  if (inline !== "" && path !== "") {
    throw fields[inlineKey]?.fault(`both ${inlineKey} and ${fileKey} are given`) ?? new ConfigFault("given twice");
  }
  if (path.includes("\0")) throw new ConfigFault(`${fileKey} is no file name`, fields[fileKey]?.position);
  if (path !== "") return { path };
  return inline === "" ? undefined : { inline };
}

/** Undefined if it is not set. */
function clientAuthOf(value: YamlValue | undefined): ClientAuth | undefined {
  if (value === undefined || value.string() === "") return undefined;
  return wordOf(value, CLIENT_AUTH, "client_auth_type");
}

function checkClientAuth(
  fields: TlsFields,
  { clientAuth, clientCa, clientSans }: Omit<TlsConfig, "cert" | "key">,
): void {
  if (clientCa !== undefined && !clientAuth.asks) {
    const at = fields.client_ca_file ?? fields.client_ca;
    throw new ConfigFault("a client CA without a client_auth_type that asks for certificates", at?.position);
  }
  if (clientCa === undefined && clientAuth.verifies) {
    throw new ConfigFault(
      "certificates are to be verified, but neither client_ca nor client_ca_file is given",
      fields.client_auth_type?.position,
    );
  }
  if (clientSans !== undefined && !clientAuth.needs) {
    throw new ConfigFault(
      "client_allowed_sans needs the client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert",
      fields.client_allowed_sans?.position,
    );
  }
}

function versions({ min_version, max_version }: TlsFields): [VersionName, VersionName] {
  const oldest = min_version ? version(min_version) : "TLS12";
  const newest = max_version ? version(max_version) : "TLS13";
  if (oldest <= newest) return [oldest, newest];
  const at = min_version ?? max_version;
  throw new ConfigFault(`min_version ${oldest} is above max_version ${newest}`, at?.position);
}

function version(value: YamlValue): VersionName {
  const text = value.string();
  const known = VERSION_NAMES.find((name) => name === text);
  if (known !== undefined) return known;
  throw value.fault(`unknown TLS version ${shown(text)}; known are ${VERSION_NAMES.join(", ")}`);
}

function cipherSuite(value: YamlValue): string {
  const text = value.string();
  if (SUITE_NAMES.includes(text)) return text;
  throw value.fault(
    `unknown or insecure cipher suite ${shown(text)}; Go's names are wanted, such as ${SUITE_NAMES.at(-6)}`,
  );
}

function curve(value: YamlValue): string {
  return wordOf(value, CURVES, "curve");
}

function wordOf<T>(value: YamlValue, words: ReadonlyMap<string, T>, what: string): T {
  const found = words.get(value.string());
  if (found !== undefined) return found;
  throw value.fault(`unknown ${what} ${shown(value.string())}; known are ${[...words.keys()].join(", ")}`);
}

/** The headers that the format allows, with the values that it allows; undefined: any. */
const HEADERS: ReadonlyMap<string, readonly string[] | undefined> = new Map([
  ["Content-Security-Policy", undefined],
  ["X-Frame-Options", ["deny", "sameorigin"]],
  ["X-Content-Type-Options", ["nosniff"]],
  ["X-XSS-Protection", undefined],
  ["Strict-Transport-Security", undefined],
]);

function headersOf(value: YamlValue): ReadonlyMap<string, string> {
  const fields = value.fields(["http2", "headers"]);
  fields.http2?.boolean();
  const headers = new Map<string, string>();
  for (const [name, content] of fields.headers?.map() ?? []) {
    if (!HEADERS.has(name)) {
      throw content.fault(`header ${shown(name)} cannot be set; those that can are ${[...HEADERS.keys()].join(", ")}`);
    }
    const text = content.string();
    const accepted = HEADERS.get(name);
    if (accepted !== undefined && !accepted.includes(text)) {
      throw content.fault(`header ${name} is ${shown(text)}, not ${accepted.join(" or ")}`);
    }
    // What a header's value may hold; a newline would begin another header.
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text))
      throw content.fault(`header ${name} has characters that no header can`);
    if (text !== "") headers.set(name, text);
  }
  return headers;
}

function usersOf(value: YamlValue): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  const given = value.map();
  for (const key of value.keys()) if (!given.has(key)) throw value.fault(`user ${shown(key)} has no password hash`);
  for (const [name, hash] of given) {
    const text = hash.string();
    if (name.includes(":")) throw hash.fault(`user name ${shown(name)} has a colon, which no login can have`);
    if (costOf(text) === undefined) {
      throw hash.fault(
        `the password of user ${shown(name)} is no bcrypt hash ($2y$ and so on) with a cost from 4 to ${MOST_COST}; ` +
          "htpasswd -nBC 10 NAME makes one",
      );
    }
    users.set(name, text);
  }
  return users;
}

/** Undefined: no limit. */
function rateLimitOf(value: YamlValue): RateLimit | undefined {
  const { interval, burst } = value.fields(["interval", "burst"]);
  const burstOf = burst?.integer(0) ?? 0;
  const intervalMs = interval === undefined ? 0 : parseDuration(interval.string());
  if (intervalMs === undefined) throw interval?.fault("no duration such as 100ms or 1s") ?? value.fault("no interval");
  if (intervalMs === 0) return undefined;
  if (burstOf < 1) throw (burst ?? value).fault("burst must be 1 or more: with 0 no request would ever be answered");
  return { intervalMs, burst: burstOf };
}
