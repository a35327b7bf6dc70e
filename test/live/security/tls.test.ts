// TLS as a real daemon serves it: to whom, in which versions, with certificates that are renewed in place.

import { once } from "node:events";
import { copyFileSync, writeFileSync } from "node:fs";
import { connect as dial } from "node:net";
import { join } from "node:path";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import type { KeyPair } from "../../support/certificates.js";
import { PATIENCE } from "../../support/pace.js";
import { ask, reloadState } from "../../support/processes/protected_daemon.js";
import { waitUntil } from "../../support/wait_until.js";
import { DEADLINE, folder, others, ours, read, server, setSecurityStage, startWith, tls, trust } from "./fixture.js";

setSecurityStage();

/** Suite and curve that were agreed on. */
async function handshake(address: string, options: ConnectionOptions): Promise<string> {
  const socket = await secure(address, { ...trust, ...options });
  const curve = socket.getEphemeralKeyInfo();
  return `${socket.getCipher().name} ${curve !== null && "name" in curve ? curve.name : ""}`;
}

async function secure(address: string, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connectTls({ host: "127.0.0.1", port: Number(address.split(":")[1]), ...options });
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, "secureConnect");
  return socket;
}

describe("TLS", () => {
  test("is served to who trusts the certificate's authority, and to nobody in clear", async () => {
    const { address } = await startWith(tls());
    expect((await ask(address, "/-/healthy", trust)).body).toBe("tablesnoopd is healthy.\n");
    await expect(ask(address, "/", { ca: read(others.cert) })).rejects.toThrow(/certificate/);
    await expect(ask(address, "/")).rejects.toThrow();
    expect((await ask(address, "/metrics", trust)).body).toContain("tablesnoop_build_info{");
  });

  test("changes to a new certificate with no restart and no reload, and keeps the old one while the new one is no good", async () => {
    const names = "DNS:localhost,IP:127.0.0.1";
    const pair = { cert: join(folder, "live.pem"), key: join(folder, "live.key") };
    const install = ({ cert, key }: KeyPair) => {
      copyFileSync(cert, pair.cert);
      copyFileSync(key, pair.key);
    };
    install(server);
    const { daemon, address } = await startWith("tls_server_config: {cert_file: live.pem, key_file: live.key}\n");
    const shown = async () => (await ask(address, "/", trust)).certificate.subject?.CN;
    expect(await shown()).toBe("server");

    writeFileSync(pair.cert, "nonsense");
    await waitUntil(
      "the bad one is noticed",
      async () => (await reloadState(address, trust)).successful === 0,
      DEADLINE,
    );
    expect(await shown()).toBe("server");
    expect(daemon.stderr().match(/reload failed/g)).toHaveLength(1);

    install(await ours.sign("renewed", names));
    await waitUntil("the new certificate is shown", async () => (await shown()) === "renewed", DEADLINE);
    expect((await reloadState(address, trust)).successful).toBe(1);
    expect(daemon.exit()).toBeUndefined();
  });

  test("ends within a second, though a client has not even begun its handshake", async () => {
    const { daemon, address } = await startWith(tls());
    const silent = dial(Number(address.split(":")[1]), "127.0.0.1");
    const ended = once(silent, "close");
    await once(silent, "connect");
    expect((await ask(address, "/", trust)).status).toBe(200);
    const begun = performance.now();
    expect((await daemon.stop()).code).toBe(0);
    expect(performance.now() - begun).toBeLessThan(800 * PATIENCE);
    await ended;
  });

  test("is of no older version than it is to be", async () => {
    const { address } = await startWith(tls("min_version: TLS13"));
    await expect(ask(address, "/", { ...trust, maxVersion: "TLSv1.2" })).rejects.toThrow(/version/);
    expect((await ask(address, "/", trust)).status).toBe(200);
  });

  test("is of no version below 1.2 unless that is asked for", async () => {
    const old = { ...trust, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" } as const;
    const { address } = await startWith(tls());
    await expect(ask(address, "/", old)).rejects.toThrow(/version|protocol/);
    const { address: lenient } = await startWith(tls("min_version: TLS10"));
    expect((await ask(lenient, "/", old)).status).toBe(200);
  });

  test("uses the suites and curves that it is to, and no others", async () => {
    const { address } = await startWith(
      tls("cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]", "curve_preferences: [CurveP384]"),
    );
    const agreed = (options: ConnectionOptions) => handshake(address, { maxVersion: "TLSv1.2", ...options });
    expect(await agreed({})).toBe("ECDHE-ECDSA-AES256-GCM-SHA384 secp384r1");
    await expect(agreed({ ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" })).rejects.toThrow(/handshake failure/);
    await expect(agreed({ ecdhCurve: "prime256v1" })).rejects.toThrow(/handshake failure/);
    expect(await handshake(address, {})).toMatch(/^TLS_.* secp384r1$/);
  });
});
