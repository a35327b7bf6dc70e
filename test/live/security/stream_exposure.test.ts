// Whom a real daemon shows single lookups: not to other hosts without a login.

import { describe, expect, test } from "vitest";
import { ask, reloadState } from "../../support/processes/protected_daemon.js";
import {
  ALICE,
  DEADLINE,
  folder,
  LOCAL,
  LOGIN,
  ours,
  refusal,
  setSecurityStage,
  start,
  tls,
  webConfig,
} from "./fixture.js";

setSecurityStage();

describe("the stream", () => {
  test("is not served to other hosts without a login: the daemon does not start, and says what to do", async () => {
    const { code, line } = await refusal("--web.enable-stream", "--web.listen-address=:0");
    expect(code).toBe(1);
    expect(line).toMatch(/^tablesnoopd: serve the stream on \S+:\d+: everybody who reaches it could read/);
    for (const remedy of ["--web.listen-address=127.0.0.1:10074", "--web.config.file", "--web.stream-insecure"]) {
      expect(line).toContain(remedy);
    }
    webConfig(`${tls()}rate_limit: {interval: 1s, burst: 5}\n`);
    const withTls = await refusal(
      "--web.enable-stream",
      "--web.listen-address=:0",
      `--web.config.file=${folder}/web.yml`,
    );
    expect(withTls.line).toContain("serve the stream on");
  });

  test("is served to other hosts with a login or if that is accepted, and on loopback and unix sockets without", async () => {
    const stream = "--web.enable-stream";
    await start([stream, "--web.listen-address=:0", webConfig(LOGIN)]);
    const verified = tls("client_auth_type: RequireAndVerifyClientCert", `client_ca_file: ${ours.cert}`);
    await start([stream, "--web.listen-address=:0", webConfig(verified)]);
    const daemon = await start([stream, "--web.listen-address=:0", "--web.stream-insecure"]);
    expect(daemon.stderr()).toContain("whoever reaches this address can read");
    await start([stream, LOCAL, `--web.listen-address=unix:${folder}/socket`], 2);
  });

  test("keeps the login that it needs: a reload without it is refused", async () => {
    const daemon = await start(["--web.enable-stream", "--web.listen-address=0.0.0.0:0", webConfig(LOGIN)]);
    const address = (daemon.addresses[0] ?? "").replace("0.0.0.0", "127.0.0.1");
    webConfig("");
    process.kill(daemon.pid, "SIGHUP");
    await daemon.waitFor("stderr", /reload failed[^\n]*nobody would have to log in any more/, DEADLINE);
    expect((await ask(address, "/metrics")).status).toBe(401);
    expect(await reloadState(address, ALICE)).toMatchObject({ successful: 0 });
  });
});
