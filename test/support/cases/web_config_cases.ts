// Web configuration files, good and bad ones, and what we say of them. promtool must be of the same opinion, but where
// `promtool` tells why it is not. Beside each file lie server.pem and server.key, other.key (of no certificate here) and
// ca.pem.

export const ALICE = "$2y$04$CwTycUXWue0Thq9StjUM0uJ8Q9nR3XHTtVw1mYw0nHqWYCk4GRdzu";
const LOGIN = `basic_auth_users:\n  alice: ${ALICE}\n`;
const TLS = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n";
/** promtool of Debian 12 is of an older format than ours. */
const LATER = "does not know the key yet";

export interface WebConfigCase {
  readonly title: string;
  readonly yaml: string;
  /** What comes after the file's name, or part of it; absent: the file is good. */
  readonly refused?: string;
  /** Why promtool says the opposite. */
  readonly promtool?: string;
}

export const WEB_CONFIG_CASES: readonly WebConfigCase[] = [
  { title: "nothing", yaml: "" },
  { title: "a comment", yaml: "# nothing yet\n" },
  { title: "a document without content", yaml: "---\n" },
  { title: "null", yaml: "~\n" },
  { title: "sections without content", yaml: "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\n" },
  { title: "empty sections", yaml: "{tls_server_config: {}, http_server_config: {}, basic_auth_users: {}}\n" },
  { title: "JSON", yaml: '{"basic_auth_users": {}}\n' },

  { title: "certificate and key", yaml: TLS },
  { title: "an alias", yaml: `x-y: 1\n`, refused: ':1:1: unknown key "x-y"' },
  { title: "an anchor and its alias", yaml: `basic_auth_users:\n  alice: &hash ${ALICE}\n  bob: *hash\n` },
  { title: "all versions", yaml: `${TLS}  min_version: TLS10\n  max_version: TLS13\n` },
  { title: "one version", yaml: `${TLS}  min_version: "TLS13"\n  max_version: TLS13\n` },
  {
    title: "cipher suites",
    yaml: `${TLS}  cipher_suites:\n  - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\n  - TLS_AES_128_GCM_SHA256\n`,
  },
  { title: "no cipher suites", yaml: `${TLS}  cipher_suites: []\n` },
  { title: "curves", yaml: `${TLS}  curve_preferences: [X25519, CurveP256, CurveP384, CurveP521]\n` },
  { title: "the client's order of ciphers", yaml: `${TLS}  prefer_server_cipher_suites: false\n` },
  {
    title: "YAML 1.1's booleans",
    yaml: `${TLS}  prefer_server_cipher_suites: off\nhttp_server_config: {http2: Yes}\n`,
  },
  ...["NoClientCert", "RequestClientCert", "RequireAnyClientCert", "RequireClientCert"].map((type) => ({
    title: type,
    yaml: `${TLS}  client_auth_type: ${type}\n`,
  })),
  ...["VerifyClientCertIfGiven", "RequireAndVerifyClientCert"].map((type) => ({
    title: type,
    yaml: `${TLS}  client_auth_type: ${type}\n  client_ca_file: ca.pem\n`,
  })),
  {
    title: "allowed names of clients",
    yaml: `${TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n  client_allowed_sans: [a.example, "::1"]\n`,
    promtool: LATER,
  },
  {
    title: "headers",
    yaml: "http_server_config:\n  headers:\n    X-Frame-Options: deny\n    Content-Security-Policy: default-src 'none'\n    Strict-Transport-Security: max-age=1\n    X-Content-Type-Options: nosniff\n    X-XSS-Protection: 0\n",
  },
  { title: "no HTTP/2", yaml: `${TLS}http_server_config:\n  http2: false\n` },
  { title: "a user", yaml: LOGIN },
  {
    title: "users with $2a$ and $2b$",
    yaml: `basic_auth_users:\n  a: ${ALICE.replace("2y", "2a")}\n  b: "${ALICE.replace("2y", "2b")}"\n`,
  },
  { title: "a user whose name is a number", yaml: `basic_auth_users:\n  1.0: ${ALICE}\n` },
  { title: "a rate limit", yaml: "rate_limit:\n  interval: 1s\n  burst: 20\n", promtool: LATER },
  { title: "no rate limit", yaml: "rate_limit:\n  interval: 0\n", promtool: LATER },

  { title: "a list", yaml: "- tls_server_config\n", refused: ":1:1: a map is wanted here, not a list" },
  { title: "a word", yaml: "tls\n", refused: ":1:1: a map is wanted here, not a single value" },
  { title: "a tab", yaml: "a:\n\tb: 1\n", refused: ":2:1: no valid YAML" },
  { title: "an open bracket", yaml: "basic_auth_users: {\n", refused: "no valid YAML" },
  { title: "a section twice", yaml: `${LOGIN}${LOGIN}`, refused: ':3:1: key "basic_auth_users" is given twice' },
  { title: "a user twice", yaml: `${LOGIN}  alice: ${ALICE}\n`, refused: ':3:3: key "alice" is given twice' },
  { title: "an unknown section", yaml: "tls_config: {}\n", refused: ':1:1: unknown key "tls_config"; known here are' },
  { title: "an unknown TLS key", yaml: `${TLS}  cert_fil: x\n`, refused: ':4:3: unknown key "cert_fil"' },
  { title: "an unknown HTTP key", yaml: "http_server_config: {http3: true}\n", refused: ':1:22: unknown key "http3"' },
  { title: "an alias without an anchor", yaml: "basic_auth_users: *x\n", refused: "alias" },
  {
    title: "two documents",
    yaml: `${LOGIN}---\n${LOGIN}`,
    refused: "no valid YAML: multiple docs",
    promtool: "reads the first alone, without a word",
  },
  {
    title: "a tag",
    yaml: `basic_auth_users: !!map {}\nhttp_server_config: !foo {}\n`,
    refused: "no valid YAML: tag resolve failed",
    promtool: "passes over tags that it does not know",
  },
  { title: "deep nesting", yaml: `${"[".repeat(5000)}\n`, refused: ": nested more than 16 levels deep" },

  {
    title: "a certificate alone",
    yaml: "tls_server_config: {cert_file: server.pem}\n",
    refused: ":1:20: neither key nor key_file",
  },
  {
    title: "a key alone",
    yaml: "tls_server_config: {key_file: server.key}\n",
    refused: ":1:20: neither cert nor cert_file",
  },
  {
    title: "an empty file name",
    yaml: `tls_server_config: {cert_file: "", key_file: server.key}\n`,
    refused: "neither cert nor",
  },
  {
    title: "client rules alone",
    yaml: "tls_server_config: {client_auth_type: NoClientCert}\n",
    refused: "neither cert nor",
  },
  {
    title: "names of clients alone",
    yaml: "tls_server_config: {client_allowed_sans: [a]}\n",
    refused: ":1:20: neither cert nor cert_file",
  },
  {
    title: "a certificate that is not there",
    yaml: TLS.replace("server.pem", "none.pem"),
    refused: "none.pem: ENOENT",
  },
  { title: "a key that is not there", yaml: TLS.replace("server.key", "none.key"), refused: "none.key: ENOENT" },
  { title: "a folder for a certificate", yaml: TLS.replace("server.pem", "."), refused: "not a regular file" },
  {
    title: "a key for a certificate",
    yaml: TLS.replace("server.pem", "server.key"),
    refused: ": use certificate and key: ",
  },
  {
    title: "the key of another certificate",
    yaml: TLS.replace("server.key", "other.key"),
    refused: "key values mismatch",
  },
  {
    title: "a certificate for a key",
    yaml: TLS.replace("server.key", "ca.pem"),
    refused: ": use certificate and key: ",
  },
  {
    title: "an unknown version",
    yaml: `${TLS}  min_version: TLS1.2\n`,
    refused: ':4:16: unknown TLS version "TLS1.2"',
  },
  { title: "SSL 3", yaml: `${TLS}  max_version: SSL30\n`, refused: ':4:16: unknown TLS version "SSL30"' },
  {
    title: "versions the wrong way round",
    yaml: `${TLS}  min_version: TLS13\n  max_version: TLS12\n`,
    refused: ":4:16: min_version TLS13 is above max_version TLS12",
    promtool: "does not compare them; no client could connect",
  },
  {
    title: "an unknown cipher",
    yaml: `${TLS}  cipher_suites: [AES128-SHA]\n`,
    refused: ":4:19: unknown or insecure cipher suite",
  },
  {
    title: "a weak cipher",
    yaml: `${TLS}  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n`,
    refused: "unknown or insecure cipher",
  },
  {
    title: "an unknown curve",
    yaml: `${TLS}  curve_preferences:\n  - Curve25519\n`,
    refused: ':5:5: unknown curve "Curve25519"',
  },
  {
    title: "one curve without a list",
    yaml: `${TLS}  curve_preferences: X25519\n`,
    refused: ":4:22: a list is wanted here",
  },
  {
    title: "an unknown rule for clients",
    yaml: `${TLS}  client_auth_type: Verify\n`,
    refused: ':4:21: unknown client_auth_type "Verify"',
  },
  {
    title: "an authority for clients nobody asks",
    yaml: `${TLS}  client_ca_file: ca.pem\n`,
    refused: ":4:19: a client CA without",
  },
  {
    title: "certificates to be verified by nobody",
    yaml: `${TLS}  client_auth_type: RequireAndVerifyClientCert\n`,
    refused: ":4:21: certificates are to be verified, but neither client_ca nor client_ca_file",
    promtool: "trusts every authority of the system then",
  },
  {
    title: "an authority without certificates",
    yaml: `${TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: server.key\n`,
    refused: ": the client CA has no certificate",
    promtool: "takes it, and trusts nobody",
  },
  {
    title: "names of clients that need not show any",
    yaml: `${TLS}  client_auth_type: RequestClientCert\n  client_allowed_sans: [a]\n`,
    refused: ":5:24: client_allowed_sans needs the client_auth_type",
  },
  {
    title: "a boolean that is none",
    yaml: `${TLS}  prefer_server_cipher_suites: 1\n`,
    refused: ":4:32: neither true nor false",
  },
  { title: "a quoted boolean", yaml: 'http_server_config: {http2: "true"}\n', refused: "not a quoted string" },
  {
    title: "a map for a file name",
    yaml: "tls_server_config: {cert_file: {a: b}}\n",
    refused: ":1:32: a string is wanted here, not a map",
  },

  {
    title: "a header of another's",
    yaml: "http_server_config: {headers: {Server: x}}\n",
    refused: 'header "Server" cannot be set',
  },
  {
    title: "a header in small letters",
    yaml: "http_server_config: {headers: {x-frame-options: deny}}\n",
    refused: "cannot be set",
  },
  {
    title: "a frame option that is none",
    yaml: "http_server_config: {headers: {X-Frame-Options: ALLOW}}\n",
    refused: 'is "ALLOW", not deny or sameorigin',
  },
  {
    title: "a sniff option that is none",
    yaml: "http_server_config: {headers: {X-Content-Type-Options: sniff}}\n",
    refused: "not nosniff",
  },
  {
    title: "a header of two lines",
    yaml: 'http_server_config: {headers: {X-XSS-Protection: "0\\r\\nSet-Cookie: a=b"}}\n',
    refused: "has characters that no header can",
    promtool: "leaves that to the HTTP library",
  },
  {
    title: "a header list",
    yaml: "http_server_config: {headers: [X-Frame-Options]}\n",
    refused: ":1:31: a map is wanted here",
  },

  {
    title: "a clear password",
    yaml: "basic_auth_users:\n  alice: secret\n",
    refused: ':2:10: the password of user "alice" is no bcrypt hash',
  },
  {
    title: "a user without a password",
    yaml: "basic_auth_users:\n  alice:\n",
    refused: 'user "alice" has no password hash',
  },
  { title: "an empty hash", yaml: 'basic_auth_users: {alice: ""}\n', refused: "no bcrypt hash" },
  {
    title: "a list of users",
    yaml: `basic_auth_users:\n- alice: ${ALICE}\n`,
    refused: ":2:1: a map is wanted here, not a list",
  },
  {
    title: "a hash of another kind",
    yaml: "basic_auth_users: {alice: $apr1$abcdefgh$abcdefghijklmnopqrstuv}\n",
    refused: "no bcrypt hash",
  },
  {
    title: "a hash that is cut off",
    yaml: `basic_auth_users: {alice: ${ALICE.slice(0, 40)}}\n`,
    refused: "no bcrypt hash",
  },
  {
    title: "a cost below all",
    yaml: `basic_auth_users: {alice: ${ALICE.replace("$04", "$03")}}\n`,
    refused: "a cost from 4 to 15",
  },
  {
    title: "a cost of minutes",
    yaml: `basic_auth_users: {alice: ${ALICE.replace("$04", "$20")}}\n`,
    refused: "a cost from 4 to 15",
    promtool: "has no bound; each login would take minutes",
  },
  {
    title: "a colon in a name",
    yaml: `basic_auth_users: {"a:b": ${ALICE}}\n`,
    refused: 'user name "a:b" has a colon',
    promtool: "takes it, though nobody can log in by it",
  },
  {
    title: "a rate without a unit",
    yaml: "rate_limit: {interval: 10, burst: 1}\n",
    refused: ":1:24: no duration such as",
  },
  { title: "a rate that lets nobody in", yaml: "rate_limit: {interval: 1s}\n", refused: "burst must be 1 or more" },
  {
    title: "a negative burst",
    yaml: "rate_limit: {interval: 1s, burst: -1}\n",
    refused: ":1:35: no whole number from 0",
  },
  { title: "a negative interval", yaml: "rate_limit: {interval: -1s, burst: 1}\n", refused: ":1:24: no duration" },
];
