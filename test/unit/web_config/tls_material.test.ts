import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigFault } from "../../../daemon/web_config/fault.js";
import { loadTls } from "../../../daemon/web_config/tls_material.js";
import { parseWebConfig } from "../../../daemon/web_config/web_config.js";
import { CertificateFolder } from "../../support/certificates.js";

const folder = new CertificateFolder();
afterAll(() => folder[Symbol.dispose]());

/** PEM texts by the names that the configurations below use for files. */
const files = new Map<string, string>();

beforeAll(async () => {
  const ca = await folder.authority("ca");
  const [server, other] = [await ca.sign("server", "DNS:localhost"), await ca.sign("other", "DNS:other")];
  for (const [name, path] of Object.entries({
    "ca.pem": ca.cert,
    "server.pem": server.cert,
    "server.key": server.key,
    "other.pem": other.cert,
    "other.key": other.key,
  })) {
    files.set(name, readFileSync(path, "utf8"));
  }
  files.set("empty.pem", "");
  files.set("words.pem", "Some words.\n");
  const pem = files.get("ca.pem") ?? "";
  files.set("bundle.pem", `${pem}\nSome words between.\n${files.get("other.pem")}`);
  const [begin, ...lines] = pem.split("\n");
  files.set("broken.pem", [...pem.split("\n"), begin, ...lines.slice(3)].join("\n"));
});

const TLS = "cert_file: server.pem, key_file: server.key";
const VERIFY = "client_auth_type: RequireAndVerifyClientCert, client_ca_file";

/** What is made of the configuration, and which files were asked for. */
function load(settings: string) {
  const asked: string[] = [];
  const { tls } = parseWebConfig(`tls_server_config: {${settings}}`);
  if (tls === undefined) throw new Error(`${settings} asks for no TLS`);
  const material = loadTls(tls, (path, most) => {
    asked.push(path);
    expect(most).toBe(1_048_576);
    return files.get(path) ?? "";
  });
  return { ...material, asked };
}

/** Undefined if it is accepted. */
function faultOf(settings: string): ConfigFault | undefined {
  try {
    load(settings);
  } catch (error) {
    if (error instanceof ConfigFault) return error;
    throw error;
  }
  return undefined;
}

const refusal = (settings: string) => faultOf(settings)?.message ?? "accepted";

describe("TLS", () => {
  test("has certificate and key from their files, and trusts nobody as long as no authority is named", () => {
    const { context, clientAuth, asked, ...rest } = load(TLS);
    expect(context).toMatchObject({
      cert: files.get("server.pem"),
      key: files.get("server.key"),
      ca: [],
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.3",
      honorCipherOrder: true,
    });
    expect(Object.keys(context)).not.toContain("ecdhCurve");
    expect(clientAuth).toEqual({ asks: false, needs: false, verifies: false });
    expect(asked.sort()).toEqual(["server.key", "server.pem"]);
    expect(rest).toStrictEqual({});
  });

  test("has them from the configuration itself, and asks for no file", () => {
    const inline = (name: string) => JSON.stringify(files.get(name));
    const { context, asked } = load(`cert: ${inline("server.pem")}, key: ${inline("server.key")}`);
    expect([context.cert, asked]).toEqual([files.get("server.pem"), []]);
  });

  test("takes versions, suites, curves and order as they are set", () => {
    const settings =
      "min_version: TLS10, max_version: TLS12, cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA], " +
      "curve_preferences: [X25519, CurveP256], prefer_server_cipher_suites: no";
    const { context } = load(`${TLS}, ${settings}`);
    expect(context).toMatchObject({
      minVersion: "TLSv1",
      maxVersion: "TLSv1.2",
      ecdhCurve: "X25519:P-256",
      honorCipherOrder: false,
    });
    expect(context.ciphers).toMatch(/:AES128-SHA:@SECLEVEL=0$/);
  });

  test("trusts each certificate of the authority's file, and none of what lies between them", () => {
    const { context, clientAuth, clientSans } = load(`${TLS}, ${VERIFY}: bundle.pem, client_allowed_sans: [a]`);
    expect(context.ca).toEqual([files.get("ca.pem")?.trim(), files.get("other.pem")?.trim()]);
    expect([clientAuth, clientSans]).toEqual([{ asks: true, needs: true, verifies: true }, ["a"]]);
  });
});

describe("TLS is refused", () => {
  test.each([
    [
      "the key of another",
      "cert_file: server.pem, key_file: other.key",
      "use certificate and key: key values mismatch",
    ],
    ["words for a certificate", "cert_file: words.pem, key_file: server.key", "use certificate and key: no start line"],
    ["an empty certificate file", "cert_file: empty.pem, key_file: server.key", "read empty.pem: the file is empty"],
    ["an empty key file", "cert_file: server.pem, key_file: empty.pem", "read empty.pem: the file is empty"],
    ["an empty authority's file", `${TLS}, ${VERIFY}: empty.pem`, "read empty.pem: the file is empty"],
    ["an authority that is none", `${TLS}, ${VERIFY}: server.key`, "the client CA has no certificate"],
  ])("with %s", (_, settings, message) => {
    expect(refusal(settings)).toBe(message);
  });

  test("with an authority's file of which one certificate cannot be read, though the others can", () => {
    expect(refusal(`${TLS}, ${VERIFY}: broken.pem`)).toMatch(/^read the client CA's certificates: [a-z][^:]*$/);
  });

  test.each([
    ["a key that does not fit", "cert_file: server.pem, key_file: other.key"],
    ["a broken authority", `${TLS}, ${VERIFY}: broken.pem`],
  ])("with the error of OpenSSL as its cause: %s", (_, settings) => {
    expect(faultOf(settings)?.cause).toHaveProperty("code", expect.stringMatching(/^ERR_OSSL_/));
  });
});
