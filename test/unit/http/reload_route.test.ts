import { networkInterfaces } from "node:os";
import { expect, onTestFinished, test, vi } from "vitest";
import { buildServer } from "../../../daemon/http/server.js";
import { listen } from "../../../daemon/listen/listen.js";
import { address, ask, optionsFor, portOf, serve } from "./fixture.js";

const PATH = "/-/reload";

test("without leave a reload is a 403 that tells how to get it", async () => {
  const { port } = await serve();
  const { status, body } = await ask(port, PATH, { method: "POST" });
  expect([status, body.toString()]).toEqual([
    403,
    "Reloading over HTTP is not enabled; --web.enable-lifecycle does it.\n",
  ]);
});

test.each(["POST", "PUT"])("%s reloads", async (method) => {
  const reload = vi.fn(async () => undefined);
  const { port } = await serve({ reload });
  const { status, body } = await ask(port, PATH, { method });
  expect([status, body.toString()]).toEqual([200, "The configuration is reloaded.\n"]);
  expect(reload).toHaveBeenCalledTimes(1);
});

test("a reload that fails is a 500 with the reason", async () => {
  const { port } = await serve({ reload: async () => "web.yml:1:2: no" });
  const { status, body } = await ask(port, PATH, { method: "POST" });
  expect([status, body.toString()]).toEqual([500, "The old configuration stays: web.yml:1:2: no\n"]);
});

test.each(["GET", "HEAD", "DELETE", "OPTIONS", "PATCH"])("%s is a 405", async (method) => {
  const reload = vi.fn(async () => undefined);
  const { port } = await serve({ reload });
  const { status, headers } = await ask(port, PATH, { method });
  expect([status, headers.allow]).toEqual([405, "POST, PUT"]);
  expect(reload).not.toHaveBeenCalled();
});

test("a page of another site cannot have it reloaded", async () => {
  const reload = vi.fn(async () => undefined);
  const { port } = await serve({ reload });
  const asked = (origin: string) => ask(port, PATH, { method: "POST", headers: { origin, host: "router:1" } });
  for (const origin of ["http://evil.example", "null", "http://router:2", "http://router:1.evil"]) {
    expect((await asked(origin)).status).toBe(403);
  }
  expect(reload).not.toHaveBeenCalled();
  expect((await asked("http://router:1")).status).toBe(200);
});

test.each([
  [{ host: "evil.example", origin: "http://evil.example" }, 421],
  [{ host: "evil.example" }, 421],
  [{ host: "127.0.0.1", "sec-fetch-site": "cross-site" }, 403],
  [{ host: "127.0.0.1", "sec-fetch-site": "same-site" }, 403],
  [{ host: "127.0.0.1", origin: "http://127.0.0.1", "sec-fetch-site": "same-origin" }, 200],
  [{ host: "localhost:1" }, 200],
])("where nobody logs in, a reload over loopback with %j is a %d", async (headers, status) => {
  const reload = vi.fn(async () => undefined);
  const { port } = await serve({ reload, isOpen: () => true });
  expect((await ask(port, PATH, { method: "POST", headers })).status).toBe(status);
  expect(reload).toHaveBeenCalledTimes(status === 200 ? 1 : 0);
});

const elsewhere = Object.values(networkInterfaces())
  .flatMap((device) => device ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

test.skipIf(elsewhere === undefined)(
  "over another address a name will do, but not to a page (skipped without such an address)",
  async () => {
    const reload = vi.fn(async () => undefined);
    const options = optionsFor([], { reload, isOpen: () => true });
    const listening = await listen(buildServer(options), [address(`${elsewhere}:0`)], options.log);
    onTestFinished(() => listening.close());
    const asked = (headers: Record<string, string>) =>
      ask(portOf(listening.addresses[0]), PATH, { method: "POST", host: elsewhere ?? "", headers });
    expect((await asked({ host: "router.lan" })).status).toBe(200);
    expect((await asked({ host: "evil.example", origin: "http://evil.example" })).status).toBe(421);
    expect((await asked({ host: "evil.example", "sec-fetch-site": "same-origin" })).status).toBe(421);
    expect(reload).toHaveBeenCalledTimes(1);
  },
);

test("a reload with a body is refused", async () => {
  const reload = vi.fn(async () => undefined);
  const { port } = await serve({ reload });
  expect((await ask(port, PATH, { method: "POST", body: "x", headers: { "content-type": "text/plain" } })).status).toBe(
    413,
  );
  expect(reload).not.toHaveBeenCalled();
});
