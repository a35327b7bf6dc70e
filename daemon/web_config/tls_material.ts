// From the TLS part of a configuration to what node:tls takes: certificate, key and CA read, and tried out.

import { X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { causeOf } from "../errors.js";
import { ConfigFault } from "./fault.js";
import { type ClientAuth, cipherList, VERSIONS } from "./go_names.js";
import type { PemSource, TlsConfig } from "./tls_section.js";

const MOST_PEM_BYTES = 1 << 20;

export interface TlsMaterial {
  readonly context: SecureContextOptions;
  readonly clientAuth: ClientAuth;
  /** In their canonical form; absent: no matter what a certificate carries. */
  readonly clientSans?: readonly string[];
}

/** `readFile` gets the path as the configuration has it, and what may be read at most. Throws ConfigFault. */
export function loadTls(config: TlsConfig, readFile: (path: string, most: number) => string): TlsMaterial {
  const pem = (source: PemSource) => {
    if ("inline" in source) return source.inline;
    const text = readFile(source.path, MOST_PEM_BYTES);
    // As found while somebody writes it. Node takes it for none given, and no client could connect.
    if (text === "") throw new ConfigFault(`read ${source.path}: the file is empty`);
    return text;
  };
  const { clientAuth, clientCa, clientSans, oldest, newest, curves } = config;
  const ca = clientCa === undefined ? undefined : certificates(pem(clientCa));
  const context: SecureContextOptions = {
    cert: pem(config.cert),
    key: pem(config.key),
    // An empty list trusts nobody; without one everybody's certificate authority would be trusted.
    ca: ca ?? [],
    minVersion: VERSIONS[oldest],
    maxVersion: VERSIONS[newest],
    ciphers: cipherList(config.cipherSuites, oldest),
    honorCipherOrder: config.prefersServerCiphers,
    ...(curves.length > 0 && { ecdhCurve: curves.join(":") }),
  };
  try {
    createSecureContext(context);
  } catch (error) {
    throw new ConfigFault(`use certificate and key: ${reason(error)}`, undefined, { cause: error });
  }
  return { context, clientAuth, ...(clientSans && { clientSans }) };
}

/** Each of a bundle, whole and readable: OpenSSL would pass over one that is neither. */
function certificates(bundle: string): string[] {
  const found = bundle.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) throw new ConfigFault("the client CA has no certificate");
  for (const one of found) {
    try {
      new X509Certificate(one);
    } catch (error) {
      throw new ConfigFault(`read the client CA's certificates: ${reason(error)}`, undefined, { cause: error });
    }
  }
  return found;
}

/** Of OpenSSL's words (error:05800074:x509 certificate routines::key values mismatch) the last part. */
function reason(error: unknown): string {
  return causeOf(error).replace(/.*::/, "");
}
