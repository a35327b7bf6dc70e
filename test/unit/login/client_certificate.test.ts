import type { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { objectionTo, sansOf } from "../../../daemon/login/client_certificate.js";
import { CLIENT_AUTH } from "../../../daemon/web_config/go_names.js";

function certificate(subjectAltName?: string): X509Certificate {
  return { subjectAltName } as X509Certificate;
}

function objection(type: string, presented: Parameters<typeof objectionTo>[0], clientSans?: readonly string[]) {
  const clientAuth = CLIENT_AUTH.get(type);
  if (clientAuth === undefined) throw new Error(`${type} is unknown`);
  return objectionTo(presented, { clientAuth, ...(clientSans && { clientSans }) });
}

const NONE = { certificate: undefined, isVerified: false };
/** As Node reports a connection that was resumed from a ticket. */
const RESUMED = { certificate: undefined, isVerified: true };
const STRANGE = { certificate: certificate(), isVerified: false };
const OURS = { certificate: certificate(), isVerified: true };

describe("a client", () => {
  test.each([
    ["NoClientCert", true, true, true, true],
    ["RequestClientCert", true, true, true, true],
    ["RequireAnyClientCert", false, false, true, true],
    ["VerifyClientCertIfGiven", true, true, false, true],
    ["RequireAndVerifyClientCert", false, false, false, true],
  ])(
    "under %s gets in: without certificate %s, resumed without %s, with a strange one %s, with ours %s",
    (type, ...all) => {
      const letIn = [NONE, RESUMED, STRANGE, OURS].map((presented) => objection(type, presented) === undefined);
      expect(letIn).toEqual(all);
    },
  );

  test("needs a name that is allowed, in full", () => {
    const presented = { certificate: certificate("DNS:a.example, IP Address:0:0:0:0:0:0:0:1"), isVerified: true };
    const asked = (...sans: string[]) => objection("RequireAndVerifyClientCert", presented, sans);
    expect(asked("b", "a.example")).toBeUndefined();
    expect(asked("::1")).toBeUndefined();
    for (const other of ["example", "*.example", "A.EXAMPLE", "::2", ""]) expect(asked(other)).toMatch(/name/);
    expect(asked()).toMatch(/name/);
    const nameless = { certificate: certificate(), isVerified: true };
    expect(objection("RequireAndVerifyClientCert", nameless, ["a"])).toMatch(/name/);
  });
});

describe("the names of a certificate", () => {
  test.each([
    ["DNS:a, DNS:b", ["a", "b"]],
    ["URI:spiffe://a/b?c=d:e, email:x@y.example", ["spiffe://a/b?c=d:e", "x@y.example"]],
    ["IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:A", ["192.0.2.1", "2001:db8::a"]],
    ['DNS:"a, DNS:b", DNS:c', ["a, DNS:b", "c"]],
    ['URI:"http://x/\\u0022, DNS:good", DNS:c', ['http://x/", DNS:good', "c"]],
    ['othername:"1.2, DNS:good", DNS:c', ["c"]],
    ["othername:<unsupported>, DNS:c", ["c"]],
    ["DirName:CN = x, DNS:c", ["c"]],
    ["", []],
    ['DNS:a"b', []],
  ])("in %s are %j", (text, names) => {
    expect(sansOf(text)).toEqual(names);
  });
});

describe("an objection", () => {
  test("says which it is", () => {
    const ours = { certificate: certificate("DNS:a"), isVerified: true };
    expect(objection("RequireAnyClientCert", NONE)).toBe("no client certificate");
    expect(objection("RequireAndVerifyClientCert", STRANGE)).toBe("the client certificate cannot be verified");
    expect(objection("RequireAndVerifyClientCert", ours, ["b"])).toBe(
      "no subject alternative name of the client certificate is allowed",
    );
  });

  test("to an address is none if both are spelt differently and mean the same", () => {
    const presented = { certificate: certificate("IP Address:2001:DB8:0:0:0:0:0:A"), isVerified: true };
    expect(objection("RequireAndVerifyClientCert", presented, ["2001:db8:0::a"])).toBeUndefined();
    expect(objection("RequireAndVerifyClientCert", presented, ["2001:db8::b"])).toBeDefined();
  });
});

describe("the names of an odd certificate", () => {
  test.each([
    ['DNS:"a\\\\", DNS:b', ["a\\", "b"]],
    ['DNS:"\\x", DNS:b', ['"\\x"', "b"]],
    ["DNS:, DNS:b", ["", "b"]],
    ["DNS:1.50, URI:null", ["1.50", "null"]],
    ["DNS:c, othername:<unsupported>", ["c"]],
    ["XDNS:a, DNS:b", ["b"]],
    ["DNSX:a, DNS:b", ["b"]],
    ['DNS:"a"x, DNS:b', ["b"]],
    ["DNS:a,DNS:b", []],
    ["DNS:a, ", ["a"]],
    ['DirName:"CN = x, DNS:y"z, DNS:b', ["b"]],
    ["IP Address:10.0.0.1, DNS:10.0.0.1", ["10.0.0.1", "10.0.0.1"]],
  ])("in %s are %j", (text, names) => {
    expect(sansOf(text)).toEqual(names);
  });
});
