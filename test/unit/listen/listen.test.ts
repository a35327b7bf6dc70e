import { once } from "node:events";
import { createServer, Server } from "node:http";
import { connect, Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { StartError } from "../../../daemon/errors.js";
import { buildServer } from "../../../daemon/http/server.js";
import { bind, listen } from "../../../daemon/listen/listen.js";
import { createLog } from "../../../daemon/log.js";
import { address, ask, dial, optionsFor, portOf, received, serve } from "../http/fixture.js";

const GET = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
/** More than the kernel takes for a client that does not read, and less than the daemon keeps for one. */
const BODY = "x".repeat(12 << 20);
const hasIpv6 = Object.values(networkInterfaces()).some((device) => device?.some(({ address }) => address === "::1"));

async function listenOn(...texts: string[]) {
  const options = optionsFor([], {});
  const listening = await listen(buildServer(options), texts.map(address), options.log);
  onTestFinished(() => listening.close());
  return listening;
}

async function refusal(...texts: string[]): Promise<StartError> {
  const error = await listenOn(...texts).catch((thrown: unknown) => thrown);
  if (error instanceof StartError) return error;
  throw new Error(`listening on ${texts.join(" ")} did not fail with a StartError`, { cause: error });
}

/** A port of 127.0.0.1 that is taken until the test ends. */
async function busyPort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const bound = server.address();
  return typeof bound === "object" && bound ? bound.port : 0;
}

/** A server whose kernel refuses to listen, on one host if given. */
function failingServer(errno: string, host?: string): Server {
  const server = new Server();
  const real = server.listen.bind(server);
  const refuse = (options: { host: string }) => {
    if (host !== undefined && options.host !== host) return real(options);
    process.nextTick(() => server.emit("error", Object.assign(new Error(`listen ${errno}`), { code: errno })));
    return server;
  };
  return Object.assign(server, { listen: refuse });
}

describe("listening", () => {
  test("opens no socket before listen is called", async () => {
    const app = buildServer(optionsFor([], {}));
    await app.ready();
    expect(app.server.listening).toBe(false);
    await app.close();
  });

  test("every address given serves the same", async () => {
    const { addresses } = await listenOn("127.0.0.1:0", "127.0.0.1:0", "localhost:0");
    expect(addresses).toHaveLength(3);
    expect(addresses[0]).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    expect(new Set(addresses).size).toBe(3);
    for (const bound of addresses.slice(0, 2)) expect((await ask(portOf(bound), "/metrics")).status).toBe(200);
  });

  test.skipIf(!hasIpv6)("a port alone is served over IPv6 and IPv4 (skipped without IPv6)", async () => {
    const { addresses } = await listenOn(":0");
    expect(addresses[0]).toMatch(/^\[::\]:\d+$/);
    for (const host of ["::1", "127.0.0.1"]) {
      expect((await ask(portOf(addresses[0]), "/metrics", { host })).status).toBe(200);
    }
  });

  test.skipIf(!hasIpv6)("an IPv6 address is served over IPv6 only (skipped without IPv6)", async () => {
    const { addresses } = await listenOn("[::1]:0");
    const port = portOf(addresses[0]);
    expect((await ask(port, "/metrics", { host: "::1" })).status).toBe(200);
    await expect(ask(port, "/metrics")).rejects.toThrow("ECONNREFUSED");
  });

  test("a port alone is served over IPv4 where the kernel has no IPv6", async () => {
    const server = failingServer("EAFNOSUPPORT", "::");
    onTestFinished(() => {
      server.close();
    });
    await bind(server, address(":0"));
    expect(server.address()).toMatchObject({ address: "0.0.0.0" });
  });
});

describe("an address that cannot be had", () => {
  test("because it is taken names the address as it was written", async () => {
    const port = await busyPort();
    const error = await refusal(`127.0.0.1:${port}`);
    expect(error.code).toBe("address_in_use");
    expect(error.message).toMatch(new RegExp(`^listen on 127\\.0\\.0\\.1:${port}: address already in use; `));
  });

  test("because its port is taken on IPv4 alone is refused for all addresses too", async () => {
    const port = await busyPort();
    expect((await refusal(`:${port}`)).message).toContain(`listen on :${port}: `);
  });

  test("because no device has it", async () => {
    expect((await refusal("192.0.2.1:0")).code).toBe("address_absent");
  });

  test.each([
    ["EACCES", "address_forbidden", "permission denied"],
    ["ENOTFOUND", "address_unknown", "cannot be resolved"],
    ["ENOBUFS", "address_refused", "listen ENOBUFS"],
  ])("because of %s is told as %s", async (errno, code, cause) => {
    const error = await bind(failingServer(errno), address("router.lan:80")).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(`^listen on router\\.lan:80: .*${cause}.*; `) });
  });

  test("frees the addresses that were bound before it", async () => {
    const former = await listenOn("127.0.0.1:0");
    const port = portOf(former.addresses[0]);
    await former.close();
    const taken = await busyPort();
    expect((await refusal(`127.0.0.1:${port}`, `127.0.0.1:${taken}`)).message).toContain(`:${taken}:`);
    await expect(ask(port, "/")).rejects.toThrow("ECONNREFUSED");
  });
});

describe("slow and silent clients", () => {
  const quick = { headersTimeout: 100, requestTimeout: 150, checkInterval: 20 };

  test("a request that is half sent gets a 408 and its connection ends", async () => {
    const { port } = await serve({}, quick);
    expect(await received(await dial(port, "GET /metrics HTTP/1.1\r\nHost:"))).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("a connection on which nothing is sent ends", async () => {
    const { port } = await serve({}, quick);
    await received(await dial(port));
  });

  test("a connection that waits for its next request too long ends", async () => {
    const { port } = await serve({}, { keepAliveTimeout: 50 });
    expect(await received(await dial(port, GET))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("a client that stops reading loses its connection", async () => {
    const exposition = { render: async () => ({ contentType: "text/plain", body: BODY }) };
    const destroyed = vi.spyOn(Socket.prototype, "destroy");
    onTestFinished(() => destroyed.mockRestore());
    const { port } = await serve({ exposition }, { silence: 100 });
    const socket = await dial(port, GET);
    socket.pause();
    await vi.waitFor(() => expect(destroyed).toHaveBeenCalled(), 5000);
    expect((await received(socket.resume())).length).toBeLessThan(BODY.length);
  });

  test("above the cap the one that has waited longest makes room", async () => {
    const { port } = await serve({}, { connections: 3 });
    const ended: number[] = [];
    const dialled = async (text: string, at: number) => {
      const socket = await dial(port, text);
      socket.resume().once("close", () => ended.push(at));
      return socket;
    };
    const idle = await dialled(GET, 0);
    await dialled("GET /metrics HTTP/1.1\r\nHost:", 1);
    await dialled("", 2);
    // Served once more, so that it has waited shorter than the others.
    idle.write(GET);
    await once(idle, "data");
    await dialled("", 3);
    await vi.waitFor(() => expect(ended).toEqual([1]));
    await dialled("", 4);
    await vi.waitFor(() => expect(ended).toEqual([1, 2]));
  });

  test("while all connections have requests in work a newcomer is turned away", async () => {
    let finish: () => void = () => undefined;
    const render = vi.fn(async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return { contentType: "text/plain", body: "done" };
    });
    const { port } = await serve({ exposition: { render } }, { connections: 1 });
    const answer = ask(port, "/metrics");
    await vi.waitFor(() => expect(render).toHaveBeenCalled());
    await received(await dial(port));
    finish();
    expect((await answer).status).toBe(200);
  });

  test("above the cap the client with most connections makes room, whatever the others do", async () => {
    const { port } = await serve({}, { connections: 4 });
    const ended: string[] = [];
    const dialled = async (name: string, localAddress: string, text = "") => {
      const socket = connect({ port, host: "127.0.0.1", localAddress });
      onTestFinished(() => void socket.destroy());
      socket.resume().once("close", () => ended.push(name));
      await once(socket, "connect");
      socket.write(text);
      return socket;
    };
    await dialled("idle", "127.0.0.2");
    for (const name of ["a", "b", "c"]) await dialled(name, "127.0.0.3");
    await dialled("d", "127.0.0.3");
    await vi.waitFor(() => expect(ended).toEqual(["a"]));
    await dialled("newcomer", "127.0.0.4");
    await vi.waitFor(() => expect(ended).toEqual(["a", "b"]));
    await dialled("another", "127.0.0.5");
    await vi.waitFor(() => expect(ended).toEqual(["a", "b", "c"]));
  });

  test("a newcomer takes the place of one that does not take its answer, though all have requests in work", async () => {
    const exposition = { render: async () => ({ contentType: "text/plain", body: BODY }) };
    const { port } = await serve({ exposition }, { connections: 2 });
    for (let at = 0; at < 2; at++) {
      const socket = await dial(port);
      socket.pause().write(GET.repeat(3));
      await vi.waitFor(() => expect(socket.bytesRead).toBeGreaterThan(0), 5000);
    }
    for (const path of ["/-/healthy", "/-/ready", "/metrics"]) expect((await ask(port, path)).status).toBe(200);
  });

  test("who takes an answer slower than at the least rate loses the connection, who takes it faster gets it all", async () => {
    const exposition = { render: async () => ({ contentType: "text/plain", body: BODY }) };
    const lines: string[] = [];
    const log = createLog({ logLevel: "debug", logFormat: "logfmt" }, { write: (line) => lines.push(line) });
    // What the kernel takes at once for a client that does not read, some megabytes, must not count for long.
    const limits = { leastRate: 2 << 20, rateGrace: 500, checkInterval: 20 };
    const { port } = await serve({ exposition, log }, limits);
    const take = async () => {
      const socket = await dial(port, GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
      let taken = 0;
      socket.on("data", (chunk) => {
        taken += chunk.length;
      });
      return { socket, taken: once(socket, "close").then(() => taken) };
    };
    const slow = await take();
    slow.socket.pause();
    expect(await (await take()).taken).toBeGreaterThan(BODY.length);
    const tooSlow = 'level=debug msg="disconnected a client that takes its answer too slowly" client=127.0.0.1';
    await vi.waitFor(() => expect(lines.filter((line) => line.includes(tooSlow))).toHaveLength(1), 8000);
    slow.socket.resume();
    expect(await slow.taken).toBeLessThan(BODY.length);
  });

  test("who sends too many requests ahead loses the connection, and nobody warns of listeners", async () => {
    const warned = vi.fn();
    process.on("warning", warned);
    onTestFinished(() => void process.off("warning", warned));
    const { port } = await serve();
    await received(await dial(port, GET.repeat(60)));
    const socket = await dial(port, GET.repeat(5));
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    await vi.waitFor(() => expect(text.match(/text body/g)).toHaveLength(5));
    expect(warned).not.toHaveBeenCalled();
  });

  test("thousands of half-sent requests do not keep a scrape out", async () => {
    const { port } = await serve({}, { connections: 200 });
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 150 }, () => dial(port, "GET /metrics HTTP/1.1\r\nX-Slow: ")));
      const begun = performance.now();
      expect((await ask(port, "/metrics")).status).toBe(200);
      expect(performance.now() - begun).toBeLessThan(2000);
    }
  });
});

describe("closing", () => {
  test("ends idle, silent and half-sent connections within 500 ms, and frees the port", async () => {
    const { listening, port } = await serve();
    const idle = await dial(port, GET);
    await once(idle, "data");
    const ends = [idle, await dial(port), await dial(port, "GET /metr")].map((socket) => once(socket, "close"));
    const begun = performance.now();
    await listening.close();
    expect(performance.now() - begun).toBeLessThan(500);
    await Promise.all(ends);
    await expect(ask(port, "/")).rejects.toThrow("ECONNREFUSED");
    await (await listenOn(`127.0.0.1:${port}`)).close();
  });

  test("lets a scrape in work finish if it does so soon", async () => {
    let finish: () => void = () => undefined;
    const render = vi.fn(async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return { contentType: "text/plain", body: "done" };
    });
    const { listening, port } = await serve({ exposition: { render } });
    const answer = ask(port, "/metrics");
    await vi.waitFor(() => expect(render).toHaveBeenCalled());
    const closed = listening.close();
    for (let tries = 0; tries < 20; tries++) await expect(ask(port, "/")).rejects.toThrow("ECONNREFUSED");
    finish();
    expect((await answer).body.toString()).toBe("done");
    await closed;
  });

  test("does not wait for a scrape that never finishes", async () => {
    const render = vi.fn(() => new Promise<never>(() => undefined));
    const { listening, port } = await serve({ exposition: { render } });
    const answer = ask(port, "/metrics").catch((error: Error) => error.message);
    await vi.waitFor(() => expect(render).toHaveBeenCalled());
    const begun = performance.now();
    await listening.close();
    expect(performance.now() - begun).toBeLessThan(500);
    expect(await answer).toBe("socket hang up");
  });

  test("may be asked for twice", async () => {
    const { listening } = await serve();
    await Promise.all([listening.close(), listening.close()]);
    await listening.close();
  });
});
