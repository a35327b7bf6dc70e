// The section tls_server_config: which files hold what, which clients are let in, which versions and suites are taken. Pure.

import { ConfigFault } from "./fault.js";
import { CLIENT_AUTH, type ClientAuth, CURVES, SUITE_NAMES, VERSION_NAMES, type VersionName } from "./go_names.js";
import { shown, type YamlValue } from "./yaml_reader.js";

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
export function tlsConfig(value: YamlValue): TlsConfig | undefined {
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
