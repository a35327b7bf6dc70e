import { once } from "node:events";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { StreamLimits } from "../../../daemon/http/stream_route.js";
import { createLog } from "../../../daemon/log.js";
import { Listeners } from "../../../daemon/stream/listeners.js";
import { FakeSession } from "../../support/fake_session.js";
import { ask, dial, type Served, serve } from "./fixture.js";

const HEAD_END = "\r\n\r\n";

/** Also on a machine that is busy with other things. */
const eventually = (check: () => void) => vi.waitFor(check, 5000);

let session: FakeSession;
let listeners: Listeners;
let log: string[];

async function start(limits: Partial<StreamLimits> = {}): Promise<Served> {
  return serve({
    stream: { listeners, limits },
    log: createLog({ logLevel: "debug", logFormat: "logfmt" }, { write: (line) => log.push(line) }),
  });
}

/** A client that has asked for the path; what it got so far is in `text`. */
async function listenTo(port: number, path = "/stream", headers = "", version = "1.1") {
  const socket = await dial(port, `GET ${path} HTTP/${version}\r\nHost: a\r\n${headers}\r\n`);
  const got = { text: "" };
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    got.text += chunk;
  });
  await eventually(() => expect(got.text).toContain(HEAD_END));
  return { socket, got };
}

/** Body of a chunked answer. */
function bodyOf(text: string): string {
  const body = text.slice(text.indexOf(HEAD_END) + HEAD_END.length);
  return body.replaceAll(/[0-9a-f]+\r\n([^\r]*)\r\n/g, "$1");
}

beforeEach(() => {
  log = [];
  session = new FakeSession();
  session.addNetns({ cookie: 1n, isFirst: true });
  listeners = new Listeners({
    session,
    names: {
      netnsNamed: () => 1n,
      tableNamed: () => undefined,
      lineNames: () => ({
        cookies: new BigUint64Array(),
        inodes: new Uint32Array(),
        netns: [],
        tableNetns: new BigUint64Array(),
        tableIds: new Uint32Array(),
        tables: [],
      }),
    },
    freshen: () => undefined,
    most: 2,
    queueBytes: 65_536,
    netns: [],
    unseen: new Map([["rule", "the kernel has no tracepoint for them"]]),
  });
  listeners.start();
  onTestFinished(() => listeners.stop());
});

describe("the stream", () => {
  test("that is not enabled is a 404 that says how to enable it", async () => {
    const { port } = await serve();
    const { status, body } = await ask(port, "/stream");
    expect([status, body.toString()]).toEqual([404, "The stream is not enabled; --web.enable-stream does it.\n"]);
    expect((await ask(port, "/")).body.toString()).not.toContain("/stream");
  });

  test("has a link on the page for people if it is enabled", async () => {
    const { port } = await start();
    expect((await ask(port, "/")).body.toString()).toContain('<a href="stream">');
  });

  test("sends its head at once, then lines as they come", async () => {
    const { port } = await start();
    const { got } = await listenTo(port);
    expect(got.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    for (const header of ["cache-control: no-store", "x-accel-buffering: no", "x-content-type-options: nosniff"]) {
      expect(got.text.toLowerCase()).toContain(`${header}\r\n`);
    }
    expect(bodyOf(got.text)).toBe("");
    for (const line of ["one\n", "two\n"]) {
      session.listeners[0]?.say(line);
      await eventually(() => expect(bodyOf(got.text)).toMatch(new RegExp(`${line}$`)));
    }
    expect(bodyOf(got.text)).toBe("one\ntwo\n");
    expect(listeners.lines).toBe(2);
  });

  test.each([
    ["/stream", "", "text", "text/plain; charset=utf-8"],
    ["/stream", "Accept: */*\r\n", "text", "text/plain; charset=utf-8"],
    ["/stream?format=json", "", "json", "application/x-ndjson; charset=utf-8"],
    ["/stream", "Accept: application/x-ndjson\r\n", "json", "application/x-ndjson; charset=utf-8"],
    ["/stream", "Accept: text/html, application/json;q=0.9\r\n", "json", "application/x-ndjson; charset=utf-8"],
    ["/stream", "Accept: text/event-stream\r\n", "sse", "text/event-stream; charset=utf-8"],
    ["/stream?format=sse", "", "sse", "text/event-stream; charset=utf-8"],
    ["/stream?format=text", "Accept: text/event-stream\r\n", "text", "text/plain; charset=utf-8"],
    ["/stream", "Accept: application/json;q=0.1, text/event-stream\r\n", "sse", "text/event-stream; charset=utf-8"],
  ])("%s with %j is %s", async (path, headers, format, contentType) => {
    const { port } = await start();
    const { got } = await listenTo(port, path, headers);
    expect(got.text.toLowerCase()).toContain(`content-type: ${contentType}\r\n`);
    expect(session.listeners[0]?.options).toMatchObject({
      format,
      colour: false,
      tellsDrops: true,
      queueBytes: 65_536,
    });
  });

  test("takes every parameter into the filter", async () => {
    const { port } = await start();
    const query =
      "family=4&kind=route&netns=host&table=254&egress=eth0&src=10.0.0.0/8&dst=10.1.2.3&failed=exclude&verbose";
    await listenTo(port, `/stream?${query}`);
    const options = session.listeners[0]?.options;
    expect(options).toMatchObject({ verbose: 1 });
    expect(options?.filter).toMatchObject({ kinds: 1, families: 1, results: 1, netns: 1n, table: 254, egress: "eth0" });
    expect(options?.filter.src.subarray(0, 4)).toEqual(Uint8Array.of(10, 0, 0, 0));
    expect(options?.filter.dst.subarray(16, 20)).toEqual(Uint8Array.of(255, 255, 255, 255));
  });

  test.each([
    ["verbose", 1],
    ["verbose=1", 1],
    ["verbose=true", 1],
    ["verbose=2", 2],
    ["verbose=0", 0],
    ["verbose=false", 0],
    ["", 0],
  ])("with %j is as verbose as %i", async (query, verbose) => {
    const { port } = await start();
    await listenTo(port, `/stream?${query}`);
    expect(session.listeners[0]?.options.verbose).toBe(verbose);
  });

  test.each([
    ["family=ipx", "family: "],
    ["family=4&family=6", "family: given more than once"],
    ["kind=", "kind: "],
    ["kind=rule", "kind: rule lookups cannot be seen here: the kernel has no tracepoint for them"],
    ["netns=a/b", "netns: "],
    ["table=nobody", "table: "],
    ["egress=a%20b", "egress: "],
    ["src=10.0.0.0/40", "src: "],
    ["dst=1.2.3.4&src=::1", "dst: "],
    ["failed=maybe", "failed: "],
    ["verbose=3", "verbose: "],
    ["format=xml", "format: "],
    ["format=constructor", "format: "],
    ["__proto__=1", '"__proto__": there is no such parameter'],
    ["colour=1", '"colour": there is no such parameter; there are family, kind, '],
    ["%ff%00%0a=1", '"'],
    [`dst=${"x".repeat(8000)}`, "dst: "],
  ])("is a 400 of one line for ?%s", async (query, text) => {
    const { port } = await start();
    const { status, body, headers } = await ask(port, `/stream?${query}`);
    expect([status, headers["content-type"]]).toEqual([400, "text/plain; charset=utf-8"]);
    expect(body.toString().startsWith(text)).toBe(true);
    expect(body.toString()).toMatch(/^.+\.\n$/);
    expect(session.listeners).toHaveLength(0);
  });

  test("by HEAD has the head of GET, and no listener", async () => {
    const { port } = await start();
    const { status, headers, body } = await ask(port, "/stream?format=json", { method: "HEAD" });
    expect([status, headers["content-type"], body.length]).toEqual([200, "application/x-ndjson; charset=utf-8", 0]);
    expect((await ask(port, "/stream?dst=x", { method: "HEAD" })).status).toBe(400);
    expect((await ask(port, "/stream", { method: "POST" })).status).toBe(405);
    expect(session.listeners).toHaveLength(0);
  });

  test("beyond the limit is a 503, until a client goes away", async () => {
    const { port } = await start();
    const first = await listenTo(port);
    await listenTo(port);
    const { status, body, headers } = await ask(port, "/stream");
    expect([status, body.toString(), headers["retry-after"]]).toEqual([
      503,
      "2 listeners are already being served.\n",
      "1",
    ]);
    first.socket.destroy();
    await eventually(() => expect(listeners.count).toBe(1));
    await listenTo(port);
  });

  test("to a client of HTTP/1.0 is not chunked", async () => {
    const { port } = await start();
    const { got } = await listenTo(port, "/stream", "", "1.0");
    session.listeners[0]?.say("one\n");
    await eventually(() => expect(got.text).toMatch(/\r\n\r\none\n$/));
  });

  test("whose place the kernel's side refuses is a 500 that is logged", async () => {
    const { port } = await start();
    session.failing.set("listen", new Error("attach: EPERM"));
    expect((await ask(port, "/stream")).status).toBe(500);
    expect(log.join()).toContain("attach: EPERM");
  });
});

describe("a client", () => {
  test.each([
    ["text", "# quiet\n"],
    ["json", "\n"],
    ["sse", ": quiet\n\n"],
  ])("that hears nothing gets a beat it can pass over: %s", async (format, beat) => {
    const { port } = await start({ quiet: 20 });
    const { got } = await listenTo(port, `/stream?format=${format}`);
    await eventually(() => expect(bodyOf(got.text)).toMatch(new RegExp(`^(${beat}){3,}$`)));
  });

  test("that goes away frees its place at once, however it goes", async () => {
    const { port } = await start();
    for (const leave of ["end", "destroy", "resetAndDestroy"] as const) {
      const { socket } = await listenTo(port);
      expect(listeners.count).toBe(1);
      // Nothing reads any longer: the kernel answers the next packet with a reset.
      if (leave === "end") socket.end(() => socket.destroy());
      else socket[leave]();
      await eventually(() => expect(listeners.count).toBe(0));
    }
  });

  test("that has closed its own side goes on listening", async () => {
    const { port } = await start({ quiet: 60 });
    const { socket, got } = await listenTo(port);
    socket.end();
    await eventually(() => expect(bodyOf(got.text).match(/# quiet/g)?.length).toBeGreaterThanOrEqual(4));
    session.listeners[0]?.say("one\n");
    await eventually(() => expect(bodyOf(got.text)).toContain("one\n"));
    expect(listeners.count).toBe(1);
  });

  test("that closes its own side with its request is served all the same", async () => {
    const { port } = await start();
    const socket = await dial(port);
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    socket.end(`GET /stream HTTP/1.1\r\nHost: a\r\n\r\n`);
    await eventually(() => expect(text.match(/# quiet/g)).toHaveLength(2));
    session.listeners[0]?.say("one\n");
    await eventually(() => expect(text).toContain("one\n"));
  });

  test("that does not read is waited for: nothing more is taken for it, and all of it comes once it reads", async () => {
    const { port } = await start();
    const { socket, got } = await listenTo(port);
    const listener = session.listeners[0];
    socket.pause();
    const block = `${"x".repeat(1023)}\n`.repeat(1024);
    let said = 0;
    let isTaken = true;
    while (isTaken && said < 64) {
      listener?.say(block, 1024);
      said += 1;
      isTaken = await vi
        .waitFor(() => expect(listener?.waiting).toBe(0), 200)
        .then(
          () => true,
          () => false,
        );
    }
    expect(isTaken).toBe(false);
    expect(listeners.lines).toBe((said - 1) * 1024);
    socket.resume();
    await eventually(() => expect(got.text.match(/x\n/g)).toHaveLength(said * 1024));
    expect(listeners.lines).toBe(said * 1024);
  });

  test("that has stopped reading for too long is disconnected, which the log says at debug", async () => {
    const { port } = await start({ quiet: 20, stuck: 300 });
    const stuck = await listenTo(port);
    const quiet = await listenTo(port);
    stuck.socket.pause();
    session.listeners[0]?.say("x".repeat(16 * 1024 * 1024));
    await eventually(() => expect(listeners.count).toBe(1));
    expect(log.filter((line) => line.includes("stopped reading"))).toHaveLength(1);
    expect(log.join()).toContain("level=debug");
    const before = quiet.got.text.length;
    await eventually(() => expect(quiet.got.text.length).toBeGreaterThan(before));
  });

  test("that asks many times on one connection has one listener, and leaves none behind", async () => {
    const { port } = await start();
    const { socket } = await listenTo(port, "/stream HTTP/1.1\r\nHost: a\r\n\r\nGET /stream");
    await listenTo(port);
    expect(listeners.count).toBe(2);
    socket.destroy();
    await eventually(() => expect(listeners.count).toBe(1));
  });

  test("gets the last lines and a clean end when the daemon stops", async () => {
    const { port, listening } = await start();
    const { socket, got } = await listenTo(port);
    const ended = once(socket, "close");
    session.listeners[0]?.say("last\n");
    const begin = performance.now();
    await listeners.stop();
    await listening.close();
    expect(performance.now() - begin).toBeLessThan(500);
    await ended;
    expect(got.text.endsWith("5\r\nlast\n\r\n0\r\n\r\n")).toBe(true);
  });
});
