// A real Prometheus scrapes a daemon over TLS, with a certificate and a password of its own.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { expect, onTestFinished, test } from "vitest";
import { CertificateFolder } from "../support/certificates.js";
import { startProtected } from "../support/processes/protected_daemon.js";
import { startPrometheus } from "../support/truth/promtool.js";
import { waitUntil } from "../support/wait_until.js";
import { IS_ROOT } from "./stage.js";

test.skipIf(!IS_ROOT)("Prometheus scrapes over TLS with a login (skipped without root: it runs probes)", async () => {
  using certificates = new CertificateFolder();
  const ca = await certificates.authority("ca");
  const server = await ca.sign("server", "IP:127.0.0.1");
  const client = await ca.sign("client", "DNS:prometheus");
  const folder = mkdtempSync(join(tmpdir(), "tablesnoop-scrape-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "web.yml");
  writeFileSync(
    file,
    `tls_server_config:
  cert_file: ${server.cert}
  key_file: ${server.key}
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ${ca.cert}
  client_allowed_sans: [prometheus]
basic_auth_users:
  prometheus: ${hashSync("secret", 5)}
`,
  );
  await using daemon = await startProtected(["--web.listen-address=127.0.0.1:0", `--web.config.file=${file}`]);
  const job = (name: string, password: string) => `
  - job_name: ${name}
    scrape_interval: 1s
    scheme: https
    basic_auth: {username: prometheus, password: ${password}}
    tls_config: {ca_file: ${ca.cert}, cert_file: ${client.cert}, key_file: ${client.key}}
    static_configs: [{targets: ["${daemon.addresses[0]}"]}]`;
  await using prometheus = await startPrometheus(`scrape_configs:${job("good", "secret")}${job("bad", "guess")}\n`);
  const up = async (name: string) => (await prometheus.query(`up{job="${name}"}`))[0]?.value;
  await waitUntil("the right password is let in", async () => (await up("good")) === 1, { timeoutMs: 20_000 });
  await waitUntil("the wrong one is not", async () => (await up("bad")) === 0, { timeoutMs: 20_000 });
  const [loaded] = await prometheus.query('tablesnoop_config_last_reload_successful{job="good"}');
  expect(loaded?.value).toBe(1);
});
