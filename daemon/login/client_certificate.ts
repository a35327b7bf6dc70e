// Whether a client's certificate lets it in, once the handshake is over.

import type { X509Certificate } from "node:crypto";
import { isIP, SocketAddress } from "node:net";
import type { TlsMaterial } from "../web_config/tls_material.js";

/** What the handshake told of the client. */
export interface Presented {
  readonly certificate: X509Certificate | undefined;
  /** The client CA signed it, and it is valid now. */
  readonly isVerified: boolean;
}

/**
 * Why the client is not let in; undefined if it is. A connection resumed from a ticket counts as verified even if no
 * certificate was ever shown, so whether there is one is asked first.
 */
export function objectionTo(
  { certificate, isVerified }: Presented,
  { clientAuth, clientSans }: Pick<TlsMaterial, "clientAuth" | "clientSans">,
): string | undefined {
  if (certificate === undefined) return clientAuth.needs ? "no client certificate" : undefined;
  if (clientAuth.verifies && !isVerified) return "the client certificate cannot be verified";
  if (clientSans === undefined) return undefined;
  const allowed = clientSans.map(canonical);
  const isAllowed = sansOf(certificate.subjectAltName ?? "").some((san) => allowed.includes(san));
  return isAllowed ? undefined : "no subject alternative name of the client certificate is allowed";
}

/**
 * Names, addresses, mailboxes and URIs of a subject alternative name as Node words it: `DNS:a, IP Address:::1, …`. A value
 * that holds separators of its own stands in quotes there, and can so not pass for several.
 */
export function sansOf(text: string): string[] {
  const entry = /(DNS|IP Address|email|URI):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)|(?:[^,"]|"(?:[^"\\]|\\.)*")+(?:, |$)/y;
  const sans: string[] = [];
  while (entry.lastIndex < text.length) {
    const found = entry.exec(text);
    if (found === null) return [];
    const [, kind, value = ""] = found;
    if (kind !== undefined) sans.push(canonical(unquoted(value)));
  }
  return sans;
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch (error) {
    if (error instanceof SyntaxError) return value;
    throw error;
  }
}

/** The one spelling of an address; anything else as it is. */
function canonical(san: string): string {
  const version = isIP(san);
  if (version === 0) return san;
  return new SocketAddress({ address: san, family: version === 4 ? "ipv4" : "ipv6" }).address;
}
