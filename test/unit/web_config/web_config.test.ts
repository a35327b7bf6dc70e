import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigFault } from "../../../daemon/web_config/fault.js";
import { parseWebConfig } from "../../../daemon/web_config/web_config.js";
import { ALICE, WEB_CONFIG_CASES } from "../../support/cases/web_config_cases.js";

function fault(yaml: string): ConfigFault | undefined {
  try {
    parseWebConfig(yaml);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigFault) return error;
    throw error;
  }
}

/** As the operator gets to see it, but for the file's name. */
function told(yaml: string): string {
  const { message = "accepted", position } = fault(yaml) ?? {};
  return position ? `:${position.line}:${position.column}: ${message}` : `: ${message}`;
}

/** Of files that the text names, the text knows nothing. */
const OF_THE_TEXT = WEB_CONFIG_CASES.filter(
  ({ refused = "" }) => !/ENOENT|regular file|certificate and key|mismatch|the client CA has/.test(refused),
);

describe("a web configuration", () => {
  test.each(OF_THE_TEXT.filter(({ refused }) => refused === undefined))("with $title is good", ({ yaml }) => {
    expect(told(yaml)).toBe(": accepted");
  });

  test.each(OF_THE_TEXT.filter(({ refused }) => refused !== undefined))("with $title is refused", (bad) => {
    expect(told(bad.yaml)).toContain(bad.refused);
  });

  test("means what its keys say", () => {
    const config = parseWebConfig(
      `tls_server_config:
  cert: "inline cert"
  key_file: a/b.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca: |
    inline
    ca
  client_allowed_sans: [a, b]
  min_version: TLS13
  cipher_suites: [TLS_AES_128_GCM_SHA256]
  curve_preferences: [CurveP384, X25519]
  prefer_server_cipher_suites: false
http_server_config:
  http2: true
  headers: {X-Frame-Options: sameorigin, X-XSS-Protection: ""}
basic_auth_users: {alice: ${ALICE}}
rate_limit: {interval: 1m30s, burst: 7}
`,
    );
    expect(config).toEqual({
      tls: {
        cert: { inline: "inline cert" },
        key: { path: "a/b.key" },
        clientAuth: { asks: true, needs: true, verifies: true },
        clientCa: { inline: "inline\nca\n" },
        clientSans: ["a", "b"],
        oldest: "TLS13",
        newest: "TLS13",
        cipherSuites: ["TLS_AES_128_GCM_SHA256"],
        curves: ["P-384", "X25519"],
        prefersServerCiphers: false,
      },
      headers: new Map([["X-Frame-Options", "sameorigin"]]),
      users: new Map([["alice", ALICE]]),
      rateLimit: { intervalMs: 90_000, burst: 7 },
    });
  });

  test("is TLS 1.2 and 1.3 in the server's order without a word on it", () => {
    const { tls } = parseWebConfig("tls_server_config: {cert: c, key: k}");
    expect(tls).toMatchObject({ oldest: "TLS12", newest: "TLS13", prefersServerCiphers: true, cipherSuites: [] });
    expect(tls?.clientAuth).toEqual({ asks: false, needs: false, verifies: false });
  });

  test("that has a certificate inline and as a file is refused", () => {
    expect(told("tls_server_config:\n  cert: a\n  cert_file: b\n")).toBe(":2:9: both cert and cert_file are given");
  });

  test("keeps its secrets when it is no good", () => {
    const secret = "hunter2SECRET";
    for (const yaml of [
      `basic_auth_users: {alice: ${secret}}`,
      `basic_auth_users: {alice: "${secret}}`,
      `basic_auth_users:\n  alice: ${ALICE}\n ${secret}\n`,
      `tls_server_config:\n  key: |\n    ${secret}\n   ${secret}: [\n`,
      `tls_server_config:\n  key: "${secret}" "${secret}"\n`,
      `tls_server_config: {key: {${secret}: 1}}`,
    ]) {
      expect(fault(yaml)).toBeDefined();
      expect(told(yaml)).not.toContain(secret);
    }
  });

  test("with more entries than anybody needs is refused", () => {
    const many = Array.from({ length: 1025 }, (_, at) => `  u${at}: ${ALICE}`);
    expect(told(`basic_auth_users:\n${many.join("\n")}\n`)).toBe(":2:3: more than 1024 entries");
  });
});

describe("hostile YAML", () => {
  const WORDS = [
    ...[
      "tls_server_config",
      "cert_file",
      "key",
      "basic_auth_users",
      "headers",
      "burst",
      "interval",
      "null",
      "~",
      ALICE,
    ],
    ...["&a", "*a", "!!str", "!x", "<<", "---", "...", "%YAML 1.1", "|", ">-", '"', "'", "\\x", "\t", "\0", "\ufeff"],
    ...[
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      ": ",
      "- ",
      "? ",
      "\n",
      "\n  ",
      "\n    ",
      "#",
      "1e999",
      "0x",
      "yes",
      "é",
      "\u2028",
    ],
  ];
  const text = fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join(""));

  test("is read or refused with a place, and nothing else", () => {
    fc.assert(
      fc.property(text, (yaml) => {
        const refused = fault(yaml);
        if (refused?.position === undefined) return refused === undefined || /nested/.test(refused.message);
        expect(refused.message).not.toMatch(/[\p{Cc}\u2028]/u);
        const { line, column } = refused.position;
        return line >= 1 && column >= 1 && line <= yaml.split(/\r\n|\r|\n/).length + 1;
      }),
      { numRuns: 3000 },
    );
  });

  test.each(["[", "{a: ", "- ", "? ", "&a [", "- - ? {"])("of endless %j is refused at once", (part) => {
    expect(told(part.repeat(20_000))).toMatch(/nested|no valid YAML/);
  });
});

describe("a section", () => {
  test.each([
    ["rate_limit: {burst: 5}", undefined],
    ["rate_limit: {interval: 0s, burst: 5}", undefined],
    ["rate_limit: {interval: 100ms, burst: 1}", { intervalMs: 100, burst: 1 }],
  ])("%s limits requests to %j", (yaml, limit) => {
    expect(parseWebConfig(yaml).rateLimit).toEqual(limit);
  });

  test("that says nothing of TLS leaves it off, and so does an empty client_auth_type", () => {
    expect(parseWebConfig("tls_server_config: {}")).not.toHaveProperty("tls");
    expect(parseWebConfig('tls_server_config: {client_auth_type: ""}')).not.toHaveProperty("tls");
    expect(parseWebConfig("tls_server_config: {min_version: TLS13}")).not.toHaveProperty("tls");
  });

  test("with an empty client_auth_type asks nobody for a certificate", () => {
    const { tls } = parseWebConfig('tls_server_config: {cert: c, key: k, client_auth_type: ""}');
    expect(tls?.clientAuth).toEqual({ asks: false, needs: false, verifies: false });
    expect(tls?.curves).toEqual([]);
    expect(tls).not.toHaveProperty("clientSans");
    expect(tls).not.toHaveProperty("clientCa");
  });

  test("may name headers of Latin-1, and one that is empty is none", () => {
    const yaml = 'http_server_config: {headers: {X-XSS-Protection: "\\t \\x7e\\x80\\xff", X-Frame-Options: ""}}';
    expect(told(yaml)).toBe(':1:86: header X-Frame-Options is "", not deny or sameorigin');
    const { headers } = parseWebConfig(yaml.replace(', X-Frame-Options: ""', ', Content-Security-Policy: ""'));
    expect([...headers]).toEqual([["X-XSS-Protection", "\t ~\u0080\u00ff"]]);
  });
});

describe("what a section is refused for", () => {
  const TLS = "tls_server_config: {cert: c, key: k, ";

  test.each([
    ['tls_server_config: {cert_file: "a\\0b", key: k}', ":1:32: cert_file is no file name"],
    ["tls_server_config: {client_ca: x}", ":1:20: neither cert nor cert_file is given"],
    ["tls_server_config: {client_ca: x, client_ca_file: y}", ":1:32: both client_ca and client_ca_file are given"],
    [`${TLS}client_ca: x}`, ":1:49: a client CA without a client_auth_type that asks for certificates"],
    [
      `${TLS}client_auth_type: VerifyClientCertIfGiven}`,
      ":1:56: certificates are to be verified, but neither client_ca nor client_ca_file is given",
    ],
    [
      `${TLS}client_auth_type: VerifyClientCertIfGiven, client_ca: x, client_allowed_sans: [a]}`,
      ":1:116: client_allowed_sans needs the client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert",
    ],
    [`${TLS}max_version: TLS11}`, ":1:51: min_version TLS12 is above max_version TLS11"],
    [`${TLS}min_version: x}`, ':1:51: unknown TLS version "x"; known are TLS10, TLS11, TLS12, TLS13'],
    [`${TLS}curve_preferences: [x]}`, ':1:58: unknown curve "x"; known are CurveP256, CurveP384, CurveP521, X25519'],
    [
      "http_server_config: {headers: {Server: x}}",
      ':1:40: header "Server" cannot be set; those that can are Content-Security-Policy, X-Frame-Options, ' +
        "X-Content-Type-Options, X-XSS-Protection, Strict-Transport-Security",
    ],
    [
      "basic_auth_users: {alice: x}",
      ':1:27: the password of user "alice" is no bcrypt hash ($2y$ and so on) with a cost from 4 to 15; ' +
        "htpasswd -nBC 10 NAME makes one",
    ],
    [
      "rate_limit: {interval: 1s, burst: 0}",
      ":1:35: burst must be 1 or more: with 0 no request would ever be answered",
    ],
    ["rate_limit: {interval: 1s}", ":1:13: burst must be 1 or more: with 0 no request would ever be answered"],
    ["rate_limit: {interval: x, burst: 1}", ":1:24: no duration such as 100ms or 1s"],
  ])("says it with its place: %s", (yaml, text) => {
    expect(told(yaml)).toBe(text);
  });

  test("gives an example of a cipher suite that it would take", () => {
    const [, example = ""] = / such as (\w+)$/.exec(told(`${TLS}cipher_suites: [x]}`)) ?? [];
    expect(told(`${TLS}cipher_suites: [${example}]}`)).toBe(": accepted");
    expect(example).toMatch(/^TLS_ECDHE_.*GCM/);
  });
});
