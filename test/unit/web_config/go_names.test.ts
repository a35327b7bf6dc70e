import { createSecureContext, getCiphers } from "node:tls";
import { describe, expect, test } from "vitest";
import {
  CLIENT_AUTH,
  CURVES,
  cipherList,
  SUITE_NAMES,
  VERSION_NAMES,
  VERSIONS,
} from "../../../daemon/web_config/go_names.js";

const KNOWN = getCiphers().map((name) => name.toUpperCase());

/** As Go 1.19's tls.CipherSuites() lists them. */
const SUITES_OF_GO = [
  "TLS_RSA_WITH_AES_128_CBC_SHA",
  "TLS_RSA_WITH_AES_256_CBC_SHA",
  "TLS_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
  "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
  "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
  "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
];

describe("Go's names", () => {
  test("are all that Go calls secure", () => {
    expect([...SUITE_NAMES].sort()).toEqual([...SUITES_OF_GO].sort());
  });

  test("say of a client without a certificate that nobody asks for one", () => {
    expect(CLIENT_AUTH.get("NoClientCert")).toEqual({ asks: false, needs: false, verifies: false });
  });

  test.each(SUITES_OF_GO)("%s is a suite that OpenSSL has", (name) => {
    const [own = ""] = cipherList([name], "TLS12")
      .split(":")
      .filter((listed) => !listed.startsWith("TLS_") || listed === name);
    expect(KNOWN).toContain(own);
  });

  test.each(SUITES_OF_GO.filter((name) => name.includes("_WITH_")))("%s is the suite of that name", (name) => {
    const [exchange = "", cipher = ""] = name.replace("TLS_", "").split("_WITH_");
    const openssl = cipherList([name], "TLS12").split(":").at(-1);
    const short = cipher
      .replace("_CBC_SHA", "_SHA")
      .replace("AES_", "AES")
      .replace("CHACHA20_POLY1305_SHA256", "CHACHA20_POLY1305")
      .replaceAll("_", "-");
    expect(openssl).toBe(exchange === "RSA" ? short : `${exchange.replace("_", "-")}-${short}`);
  });

  test.each([...CURVES])("%s is a curve that OpenSSL has", (_, curve) => {
    expect(() => createSecureContext({ ecdhCurve: curve })).not.toThrow();
  });

  test("TLS 1.3 keeps its suites whatever is chosen for 1.2", () => {
    expect(cipherList(["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"], "TLS12")).toMatch(/^TLS_AES.*:ECDHE-RSA-AES128-GCM/);
  });

  test("without a choice every suite is forward secret and authenticated", () => {
    expect(cipherList([], "TLS12")).not.toMatch(/(^|:)AES|SHA(:|$)|SECLEVEL/);
  });

  test.each(VERSION_NAMES)("from %s on a context can be made", (oldest) => {
    const options = { minVersion: VERSIONS[oldest], ciphers: cipherList([], oldest) };
    expect(() => createSecureContext(options)).not.toThrow();
  });
});

describe("the list of suites", () => {
  const SUITES_13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
  const STRONG = [
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305",
  ];
  const OLD = ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA"];
  const listed = (...of: Parameters<typeof cipherList>) => cipherList(...of).split(":");

  test("is, without a choice, every strong one", () => {
    for (const oldest of ["TLS12", "TLS13"] as const) {
      expect(listed([], oldest).sort()).toEqual([...SUITES_13, ...STRONG].sort());
    }
  });

  test("is, for clients of before TLS 1.2, those with SHA-1 after the strong ones, at OpenSSL's lowest level", () => {
    for (const oldest of ["TLS10", "TLS11"] as const) {
      const suites = listed([], oldest);
      expect(suites.slice(0, 9).sort()).toEqual([...SUITES_13, ...STRONG].sort());
      expect(suites.slice(9, -1).sort()).toEqual(OLD);
      expect(suites.at(-1)).toBe("@SECLEVEL=0");
    }
  });

  test("is what was chosen, in that order, whatever the oldest version", () => {
    const chosen = ["TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA"];
    expect(listed(chosen, "TLS12")).toEqual([...SUITES_13, "AES256-SHA", "AES128-SHA"]);
    expect(listed(chosen, "TLS10")).toEqual([...SUITES_13, "AES256-SHA", "AES128-SHA", "@SECLEVEL=0"]);
  });

  test("is of TLS 1.3 alone if only such were chosen", () => {
    expect(listed(["TLS_AES_128_GCM_SHA256"], "TLS12")).toEqual(SUITES_13);
  });
});

describe("Go's words", () => {
  test("name the versions of TLS, from the oldest on", () => {
    expect(VERSION_NAMES.map((name) => VERSIONS[name])).toEqual(["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]);
  });

  test("name the curves as the standards do", () => {
    expect(Object.fromEntries(CURVES)).toEqual({
      CurveP256: "P-256",
      CurveP384: "P-384",
      CurveP521: "P-521",
      X25519: "X25519",
    });
  });

  test.each([
    ["NoClientCert", "does not ask"],
    ["RequestClientCert", "asks"],
    ["RequireAnyClientCert", "asks, needs"],
    ["RequireClientCert", "asks, needs"],
    ["VerifyClientCertIfGiven", "asks, verifies"],
    ["RequireAndVerifyClientCert", "asks, needs, verifies"],
  ])("say of a client's certificate by %s what the server does: %s", (name, does) => {
    const told = Object.entries(CLIENT_AUTH.get(name) ?? {}).filter(([, is]) => is);
    expect(told.map(([word]) => word).join(", ") || "does not ask").toBe(does);
    expect(CLIENT_AUTH.has(name)).toBe(true);
  });
});
