import { gunzipSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
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

describe("parallel scrapes", () => {
  test("beyond the limit get a 503 with Retry-After, and a place again once one has ended", async () => {
    const { opened, open } = gate();
    const render = vi.fn(async () => {
      await opened;
      return { contentType: "text/plain", body: "done" };
    });
    const { port } = await serve({ maxRequests: 2, exposition: { render } });
    const first = [ask(port, "/metrics"), ask(port, "/metrics")];
    await vi.waitFor(() => expect(render).toHaveBeenCalledTimes(2));

    const third = await ask(port, "/metrics");
    expect([third.status, third.headers["retry-after"]]).toEqual([503, "1"]);
    expect((await ask(port, "/-/healthy")).status).toBe(200);

    open();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
    await vi.waitFor(async () => expect((await ask(port, "/metrics")).status).toBe(200));
  });

  test("of clients that hang up hold their places until they are rendered, not longer", async () => {
    const { opened, open } = gate();
    const render = vi.fn(async () => {
      await opened;
      return { contentType: "text/plain", body: "done" };
    });
    const { port } = await serve({ maxRequests: 2, exposition: { render } });
    const socket = await dial(port, GET + GET);
    await vi.waitFor(() => expect(render).toHaveBeenCalledTimes(2));
    socket.destroy();
    expect((await ask(port, "/metrics")).status).toBe(503);

    open();
    await vi.waitFor(async () => expect((await ask(port, "/metrics")).status).toBe(200));
    expect((await Promise.all([ask(port, "/metrics"), ask(port, "/metrics")])).map(({ status }) => status)).toEqual([
      200, 200,
    ]);
  });

  test("that are rendered but queued behind another give their places back when the client hangs up", async () => {
    const { opened, open } = gate();
    const body = { contentType: "text/plain", body: "done" };
    const render = vi.fn(async () => body).mockImplementationOnce(() => opened.then(() => body));
    const { port } = await serve({ maxRequests: 2, exposition: { render } });
    const socket = await dial(port, GET + GET);
    await vi.waitFor(() => expect(render).toHaveBeenCalledTimes(2));
    expect((await ask(port, "/metrics")).status).toBe(503);

    socket.destroy();
    await vi.waitFor(async () => expect((await ask(port, "/metrics")).status).toBe(200));
    open();
  });

  test("are not limited by 0", async () => {
    const { opened, open } = gate();
    const render = vi.fn(async () => {
      await opened;
      return { contentType: "text/plain", body: "done" };
    });
    const { port } = await serve({ maxRequests: 0, exposition: { render } });
    const all = Array.from({ length: 50 }, () => ask(port, "/metrics"));
    await vi.waitFor(() => expect(render).toHaveBeenCalledTimes(50));
    open();
    expect((await Promise.all(all)).every(({ status }) => status === 200)).toBe(true);
  });

  test("one after the other on one connection never run out of places or listeners", async () => {
    const warned = vi.fn();
    process.on("warning", warned);
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
    process.off("warning", warned);
    expect(warned).not.toHaveBeenCalled();
  });
});
