// The words of Go's crypto/tls that the format uses, and what OpenSSL and Node call the same things. Pure.

import type { SecureVersion } from "node:tls";

export const VERSIONS = {
  TLS10: "TLSv1",
  TLS11: "TLSv1.1",
  TLS12: "TLSv1.2",
  TLS13: "TLSv1.3",
} as const satisfies Readonly<Record<string, SecureVersion>>;

export type VersionName = keyof typeof VERSIONS;

/** Oldest first. */
export const VERSION_NAMES = ["TLS10", "TLS11", "TLS12", "TLS13"] as const satisfies readonly VersionName[];

/** Of TLS 1.3. Go lets nobody choose among them, and so OpenSSL gets all of them in any case. */
const SUITES_13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"] as const;

/** Up to TLS 1.2: those that Go 1.19, which Debian 12's programs are built with, calls secure. */
const SUITES_12: ReadonlyMap<string, string> = new Map([
  ["TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"],
  ["TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA"],
  ["TLS_RSA_WITH_AES_128_GCM_SHA256", "AES128-GCM-SHA256"],
  ["TLS_RSA_WITH_AES_256_GCM_SHA384", "AES256-GCM-SHA384"],
  ["TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"],
  ["TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"],
  ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"],
  ["TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"],
  ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"],
  ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"],
  ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
  ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
  ["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"],
  ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"],
]);

export const SUITE_NAMES: readonly string[] = [...SUITES_13, ...SUITES_12.keys()];

/**
 * OpenSSL's cipher list. Without suites the strong ones of the list above, in Go's spirit: forward secret, authenticated.
 * Versions below 1.2 need OpenSSL's lowest security level, for their signatures are of SHA-1.
 */
export function cipherList(suites: readonly string[], oldest: VersionName): string {
  const chosen = suites.length > 0 ? suites.flatMap((name) => SUITES_12.get(name) ?? []) : usual(oldest);
  return [...SUITES_13, ...chosen, ...(oldest < "TLS12" ? ["@SECLEVEL=0"] : [])].join(":");
}

function usual(oldest: VersionName): string[] {
  const strong = [...SUITES_12.values()].filter((name) => /^ECDHE-.*(GCM|CHACHA20)/.test(name));
  return oldest < "TLS12"
    ? [...strong, ...[...SUITES_12.values()].filter((name) => /^ECDHE-.*SHA$/.test(name))]
    : strong;
}

export const CURVES: ReadonlyMap<string, string> = new Map([
  ["CurveP256", "P-256"],
  ["CurveP384", "P-384"],
  ["CurveP521", "P-521"],
  ["X25519", "X25519"],
]);

/** `asks` for a certificate, refuses connections without one (`needs`), and those whose certificate its CA did not sign (`verifies`). */
export interface ClientAuth {
  readonly asks: boolean;
  readonly needs: boolean;
  readonly verifies: boolean;
}

export const CLIENT_AUTH: ReadonlyMap<string, ClientAuth> = new Map([
  ["NoClientCert", { asks: false, needs: false, verifies: false }],
  ["RequestClientCert", { asks: true, needs: false, verifies: false }],
  ["RequireAnyClientCert", { asks: true, needs: true, verifies: false }],
  ["RequireClientCert", { asks: true, needs: true, verifies: false }],
  ["VerifyClientCertIfGiven", { asks: true, needs: false, verifies: true }],
  ["RequireAndVerifyClientCert", { asks: true, needs: true, verifies: true }],
]);
