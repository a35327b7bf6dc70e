// Client certificates: whom a real daemon lets in, also on a connection that is resumed.

import { once } from "node:events";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { ask } from "../../support/processes/protected_daemon.js";
import { as, client, DEADLINE, ours, setSecurityStage, startWith, stranger, tls, trust, webConfig } from "./fixture.js";

setSecurityStage();

/** What the server gives a client to come back with, even one that it then turns away; undefined if it gives nothing. */
async function ticket(address: string, options: ConnectionOptions): Promise<Buffer | undefined> {
  let session: Buffer | undefined;
  try {
    const socket = await secure(address, options);
    socket.on("session", (given: Buffer) => {
      session = given;
    });
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    await once(socket.resume(), "close");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
  return session;
}

async function secure(address: string, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connectTls({ host: "127.0.0.1", port: Number(address.split(":")[1]), ...options });
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, "secureConnect");
  return socket;
}

describe("client certificates", () => {
  const VERIFIED = "client_auth_type: RequireAndVerifyClientCert";

  test("let in whose certificate our authority signed, and nobody else", async () => {
    const { address } = await startWith(tls(VERIFIED, `client_ca_file: ${ours.cert}`));
    expect((await ask(address, "/metrics", as(client))).status).toBe(200);
    await expect(ask(address, "/metrics", trust)).rejects.toThrow();
    await expect(ask(address, "/metrics", as(stranger))).rejects.toThrow();
  });

  test("that carry a name of the list are let in, others are not", async () => {
    const lines = [VERIFIED, `client_ca_file: ${ours.cert}`];
    const { address } = await startWith(tls(...lines, "client_allowed_sans: [other, 'spiffe://router/scraper']"));
    expect((await ask(address, "/", as(client))).status).toBe(200);
    const guest = await ours.sign("guest", "DNS:guest.example");
    await expect(ask(address, "/", as(guest))).rejects.toThrow();
  });

  test("are needed on a connection that is resumed too", async () => {
    for (const kind of [VERIFIED, "client_auth_type: RequireAnyClientCert"]) {
      const authority = kind === VERIFIED ? [`client_ca_file: ${ours.cert}`] : [];
      const { address } = await startWith(tls(kind, ...authority));
      for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
        const options = { ...trust, minVersion: version, maxVersion: version };
        const session = await ticket(address, options);
        if (session !== undefined) await expect(ask(address, "/", { ...options, session })).rejects.toThrow();
        const good = await ticket(address, { ...as(client), minVersion: version, maxVersion: version });
        expect((await ask(address, "/", { ...options, ...(good && { session: good }), ...as(client) })).status).toBe(
          200,
        );
      }
    }
  });

  test("are asked for once a reload says so", async () => {
    const { daemon, address } = await startWith(tls());
    expect((await ask(address, "/", trust)).status).toBe(200);
    webConfig(tls(VERIFIED, `client_ca_file: ${ours.cert}`));
    process.kill(daemon.pid, "SIGHUP");
    await daemon.waitFor("stderr", /web configuration reloaded.*because=SIGHUP/, DEADLINE);
    await expect(ask(address, "/", trust)).rejects.toThrow();
    expect((await ask(address, "/", as(client))).status).toBe(200);
  });
});
