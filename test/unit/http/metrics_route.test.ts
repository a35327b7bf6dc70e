import type { Socket } from "node:net";
import { gunzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ask, dial, received, serve } from "./fixture.js";

const LONG = "tablesnoop_route_lookups_total 1\n".repeat(1000);

const GET = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";

function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const rendering = (body: string) => ({ render: async () => ({ contentType: "text/plain; version=0.0.4", body }) });

describe("a scrape", () => {
  test("gets text unless it asks for OpenMetrics, with the content type the exposition gives", async () => {
    const { port } = await serve();
    const plain = await ask(port, "/metrics");
    expect([plain.status, plain.headers["content-type"], plain.body.toString()]).toEqual([
      200,
      "text/x-text",
      "text body\n",
    ]);
    const open = await ask(port, "/metrics?x=1", {
      headers: { accept: "application/openmetrics-text; version=1.0.0" },
    });
    expect([open.status, open.headers["content-type"], open.body.toString()]).toEqual([
      200,
      "text/x-openmetrics",
      "openmetrics body\n",
    ]);
  });

  test("never fails for an Accept that cannot be met", async () => {
    const { port } = await serve();
    const { status, body } = await ask(port, "/metrics", { headers: { accept: "image/png;q=x" } });
    expect([status, body.toString()]).toEqual([200, "text body\n"]);
  });

  test("is compressed if the client allows it, and says what the answer depends on", async () => {
    const { port } = await serve({ exposition: rendering(LONG) });
    const { headers, body } = await ask(port, "/metrics", { headers: { "accept-encoding": "gzip, deflate" } });
    expect(headers["content-encoding"]).toBe("gzip");
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4");
    expect(headers.vary).toBe("Accept, Accept-Encoding");
    expect(Number(headers["content-length"])).toBe(body.length);
    expect(gunzipSync(body).toString()).toBe(LONG);
  });

  test.each([["gzip;q=0"], [""], ["br"]])("is not compressed for Accept-Encoding %j", async (encoding) => {
    const { port } = await serve({ exposition: rendering(LONG) });
    const { headers, body } = await ask(port, "/metrics", { headers: { "accept-encoding": encoding } });
    expect(headers["content-encoding"]).toBeUndefined();
    expect(headers.vary).toBe("Accept, Accept-Encoding");
    expect(body.toString()).toBe(LONG);
  });

  test.each([
    [1024, undefined],
    [1025, "gzip"],
  ])("of %d bytes has content encoding %s", async (bytes, encoding) => {
    const { port } = await serve({ exposition: rendering("x".repeat(bytes)) });
    const { headers } = await ask(port, "/metrics", { headers: { "accept-encoding": "gzip" } });
    expect(headers["content-encoding"]).toBe(encoding);
  });

  test("by HEAD has the headers of GET and no body", async () => {
    const { port } = await serve({ exposition: rendering(LONG) });
    for (const encoding of ["identity", "gzip"]) {
      const headers = { "accept-encoding": encoding };
      const [get, head] = [
        await ask(port, "/metrics", { headers }),
        await ask(port, "/metrics", { method: "HEAD", headers }),
      ];
      expect(head.status).toBe(200);
      expect(head.body).toHaveLength(0);
      expect({ ...head.headers, date: "" }).toEqual({ ...get.headers, date: "" });
    }
    const socket = await dial(port, "HEAD /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(await received(socket)).toMatch(/\r\n\r\n$/);
  });

  test("is served at another path if so configured, and then no longer at /metrics", async () => {
    const { port } = await serve({ telemetryPath: "/a/b" });
    expect((await ask(port, "/a/b")).status).toBe(200);
    expect((await ask(port, "/metrics")).status).toBe(404);
  });
});

describe("a scrape that cannot be rendered", () => {
  test("is a 500 with one line of text, whatever the client accepts", async () => {
    const exposition = { render: async () => Promise.reject(new Error("read map: EINVAL\nmore")) };
    const { port } = await serve({ exposition });
    const headers = { "accept-encoding": "gzip", accept: "application/openmetrics-text" };
    const answer = await ask(port, "/metrics", { headers });
    expect(answer.status).toBe(500);
    expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(answer.headers["content-encoding"]).toBeUndefined();
    expect(answer.body.toString()).toBe("The metrics cannot be rendered: read map: EINVAL more.\n");
  });

  test("is logged when it begins, when its cause changes and when it is over", async () => {
    let cause = "";
    const render = async () => {
      if (cause !== "") throw new Error(cause);
      return { contentType: "text/plain", body: "" };
    };
    const { port, lines } = await serve({ exposition: { render } });
    const statuses: number[] = [];
    for (cause of ["", "one", "one", "two", "two", "", "", "two"]) statuses.push((await ask(port, "/metrics")).status);
    expect(statuses).toEqual([200, 500, 500, 500, 500, 200, 200, 500]);
    expect(lines.map((line) => line.replace(/^time=\S+ /, "").trimEnd())).toEqual([
      'level=error msg="render metrics failed" err=one',
      'level=error msg="render metrics failed" err=two',
      'level=info msg="metrics are rendered again"',
      'level=error msg="render metrics failed" err=two',
    ]);
  });

  test("is a 500 also if the exposition throws at once", async () => {
    const exposition = {
      render: () => {
        throw new Error("closed");
      },
    };
    const { port } = await serve({ exposition });
    expect((await ask(port, "/metrics")).status).toBe(500);
  });
});

describe("scrapes that come together", () => {
  test("share a rendering, which is younger than any of their requests", async () => {
    let made = 0;
    const { opened, open } = gate();
    const render = vi.fn(async () => {
      made += 1;
      const body = `${made}\n`;
      if (made === 1) await opened;
      return { contentType: "text/plain", body };
    });
    const { port } = await serve({ exposition: { render }, maxRequests: 0 });
    const first = ask(port, "/metrics");
    await vi.waitFor(() => expect(render).toHaveBeenCalledTimes(1));
    const others = Array.from({ length: 59 }, () => ask(port, "/metrics"));
    // A request that is answered at once, asked after all of them.
    await ask(port, "/-/healthy");
    open();
    expect((await first).body.toString()).toBe("1\n");
    expect(new Set((await Promise.all(others)).map(({ body }) => body.toString()))).toEqual(new Set(["2\n"]));
    expect(render).toHaveBeenCalledTimes(2);
  });

  test("in two formats are rendered once more in each, one after the other", async () => {
    const { opened, open } = gate();
    let running = 0;
    const render = vi.fn(async (format: string) => {
      running += 1;
      expect(running).toBe(1);
      await opened;
      running -= 1;
      return { contentType: "text/plain", body: format };
    });
    const { port } = await serve({ exposition: { render } });
    const accepts = ["text/plain", "application/openmetrics-text"];
    const scrape = (at: number) => ask(port, "/metrics", { headers: { accept: accepts[at % 2] ?? "" } });
    const first = scrape(0);
    await vi.waitFor(() => expect(render).toHaveBeenCalledTimes(1));
    const others = Array.from({ length: 20 }, (_, at) => scrape(at));
    await ask(port, "/-/healthy");
    open();
    expect((await first).body.toString()).toBe("text");
    const bodies = (await Promise.all(others)).map(({ body }) => body.toString());
    expect(bodies).toEqual(Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? "text" : "openmetrics")));
    expect(render).toHaveBeenCalledTimes(3);
  });

  test("all fail with it, and those after them do not", async () => {
    const render = vi.fn(async () => ({ contentType: "text/plain", body: "done" }));
    render.mockRejectedValueOnce(new Error("read map: EINVAL"));
    const { port } = await serve({ exposition: { render } });
    expect((await ask(port, "/metrics")).status).toBe(500);
    expect((await ask(port, "/metrics")).status).toBe(200);
  });
});

describe("scrapes that wait", () => {
  function waiting(body = "done") {
    const { opened, open } = gate();
    const render = vi.fn(async () => {
      await opened;
      return { contentType: "text/plain", body };
    });
    return { render, open };
  }

  test("beyond the limit get a 503 with Retry-After, and a place again once one has ended", async () => {
    const { render, open } = waiting();
    const { port } = await serve({ maxRequests: 2, exposition: { render } });
    const first = [await dial(port, GET), await dial(port, GET)].map(received);
    await vi.waitFor(async () => {
      const third = await ask(port, "/metrics");
      expect([third.status, third.headers["retry-after"]]).toEqual([503, "1"]);
    });
    expect((await ask(port, "/-/healthy")).status).toBe(200);

    open();
    await vi.waitFor(async () => expect((await ask(port, "/metrics")).status).toBe(200));
    expect(first).toHaveLength(2);
  });

  test("and whose client has hung up hold their places until they are rendered, not longer", async () => {
    const { render, open } = waiting();
    const { port } = await serve({ maxRequests: 1, exposition: { render } });
    const socket = await dial(port, GET);
    await vi.waitFor(() => expect(render).toHaveBeenCalledTimes(1));
    socket.destroy();
    expect((await ask(port, "/metrics")).status).toBe(503);

    open();
    await vi.waitFor(async () => expect((await ask(port, "/metrics")).status).toBe(200));
  });

  test("and were sent ahead on one connection have one place among them", async () => {
    const { render, open } = waiting();
    const { port } = await serve({ maxRequests: 2, exposition: { render } });
    const socket = await dial(port, GET + GET + GET);
    await vi.waitFor(() => expect(render).toHaveBeenCalledTimes(1));
    const other = ask(port, "/metrics");
    await ask(port, "/-/healthy");
    open();
    expect((await other).status).toBe(200);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    await vi.waitFor(() => expect(text.match(/done/g)).toHaveLength(3));
    expect(text.match(/HTTP\/1\.1 200 /g)).toHaveLength(3);
  });

  test("are not limited by 0", async () => {
    const { render, open } = waiting();
    const { port } = await serve({ maxRequests: 0, exposition: { render } });
    const all = Array.from({ length: 50 }, () => ask(port, "/metrics"));
    await ask(port, "/-/healthy");
    open();
    expect((await Promise.all(all)).every(({ status }) => status === 200)).toBe(true);
  });
});

describe("a scrape that is hardly read", () => {
  // More than the kernel takes for a client that does not read.
  const BODY = "x".repeat(12 << 20);

  async function unread(port: number, question = GET) {
    const socket = await dial(port);
    socket.pause();
    socket.write(question);
    return socket;
  }

  test("gives its place back with its rendering", async () => {
    const { port } = await serve({ maxRequests: 1, exposition: rendering(BODY) });
    for (let at = 0; at < 3; at++) await unread(port, GET.repeat(3));
    for (let at = 0; at < 3; at++) {
      await vi.waitFor(async () => expect((await ask(port, "/metrics", { method: "HEAD" })).status).toBe(200));
    }
  });

  test("loses its connection when its client has more to take than it may", async () => {
    const limits = { ofOneClient: 3 * BODY.length, inAll: 9 * BODY.length };
    const { port } = await serve({ exposition: rendering(BODY), backlog: limits });
    const sockets: Socket[] = [];
    const gone: number[] = [];
    for (let at = 0; at < 4; at++) {
      const socket = await unread(port);
      socket.on("close", () => gone.push(at));
      sockets.push(socket);
      // Its rendering is its own: the metrics of the next are made after this.
      await vi.waitFor(() => expect(socket.bytesRead).toBeGreaterThan(0), 5000);
    }
    for (const socket of sockets) socket.resume();
    await vi.waitFor(() => expect(gone).toContain(0), 5000);
    await vi.waitFor(
      () => expect(sockets.slice(1).map((socket) => socket.bytesRead > BODY.length)).toEqual([true, true, true]),
      10_000,
    );
  });
});

test("scrapes one after the other on one connection never run out of places or listeners", async () => {
  const warned = vi.fn();
  process.on("warning", warned);
  onTestFinished(() => void process.off("warning", warned));
  const { port } = await serve({ maxRequests: 1 });
  const socket = await dial(port);
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  for (let served = 1; served <= 30; served++) {
    socket.write(GET);
    await vi.waitFor(() => expect(text.match(/text body/g)).toHaveLength(served), { interval: 2 });
  }
  expect(text).not.toContain("503");
  expect(warned).not.toHaveBeenCalled();
});
