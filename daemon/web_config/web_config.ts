// The web configuration file's content, in the format of Prometheus' exporter-toolkit, as one checked value. What it
// names, certificates and keys, is read elsewhere: pure.

import { headersOf } from "./headers_section.js";
import { type RateLimit, rateLimitOf } from "./rate_limit_section.js";
import { type TlsConfig, tlsConfig } from "./tls_section.js";
import { usersOf } from "./users_section.js";
import { readYaml } from "./yaml_reader.js";

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
