import { createSecureContext, getCiphers } from "node:tls";
import { describe, expect, test } from "vitest";
import { CURVES, cipherList, SUITE_NAMES, VERSION_NAMES, VERSIONS } from "../../../daemon/web_config/go_names.js";

const KNOWN = getCiphers().map((name) => name.toUpperCase());

describe("Go's names", () => {
  test.each(SUITE_NAMES)("%s is a suite that OpenSSL has", (name) => {
    const [own = ""] = cipherList([name], "TLS12")
      .split(":")
      .filter((listed) => !listed.startsWith("TLS_") || listed === name);
    expect(KNOWN).toContain(own);
  });

  test.each(SUITE_NAMES.filter((name) => name.includes("_WITH_")))("%s is the suite of that name", (name) => {
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
