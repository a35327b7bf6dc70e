import { describe, expect, test } from "vitest";
import { ask, dial, received, serve } from "./fixture.js";

describe("health", () => {
  test("healthy is answered whatever the state of the probes", async () => {
    const { port } = await serve({ ready: () => ({ ready: false, reasons: ["x"] }) });
    const { status, headers, body } = await ask(port, "/-/healthy");
    expect([status, body.toString()]).toEqual([200, "tablesnoopd is healthy.\n"]);
    expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
  });

  test("ready follows the state and gives its reasons line by line", async () => {
    let state = { ready: false, reasons: ["fib_table_lookup is not attached", "no drain yet"] };
    const { port } = await serve({ ready: () => state });
    const before = await ask(port, "/-/ready");
    expect([before.status, before.body.toString()]).toEqual([
      503,
      "tablesnoopd is not ready.\nfib_table_lookup is not attached\nno drain yet\n",
    ]);
    state = { ready: true, reasons: [] };
    const after = await ask(port, "/-/ready");
    expect([after.status, after.body.toString()]).toEqual([200, "tablesnoopd is ready.\n"]);
  });

  test.each(["/-/healthy", "/-/ready"])("HEAD %s has the status and headers of GET", async (path) => {
    const { port } = await serve();
    const [get, head] = [await ask(port, path), await ask(port, path, { method: "HEAD" })];
    expect({ ...head.headers, date: "" }).toEqual({ ...get.headers, date: "" });
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });
});

describe("requests that are refused", () => {
  test.each(["/nothing", "/metrics/", "/Metrics", "/metrics/x", "/-/", "//", "/..", "/%2e%2e/etc/passwd"])(
    "%s is a 404 with one line of text",
    async (path) => {
      const { port } = await serve();
      const { status, headers, body } = await ask(port, path);
      expect([status, headers["content-type"]]).toEqual([404, "text/plain; charset=utf-8"]);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(body.toString()).toBe("There is nothing at this path.\n");
    },
  );

  test.each(["/%", "/%zz", "/%c0%af"])("%s is a 400 with one line of text", async (path) => {
    const { port } = await serve();
    const { status, headers, body } = await ask(port, path);
    expect([status, headers["content-type"]]).toEqual([400, "text/plain; charset=utf-8"]);
    expect(body.toString()).toBe("The request's path cannot be read.\n");
  });

  test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "PURGE"])(
    "%s is a 405 that names the allowed methods, and a 404 where nothing is",
    async (method) => {
      const { port } = await serve();
      for (const path of [
        "/metrics?x",
        "/-/healthy",
        "/-/ready",
        "/",
        "/page.js",
        "/page.css",
        "/api/lookups",
        "/api/history?x",
      ]) {
        const { status, headers, body } = await ask(port, path, { method });
        expect([path, status, headers.allow]).toEqual([path, 405, "GET, HEAD"]);
        expect(body.toString()).toBe(`${method} is not allowed here; GET and HEAD are.\n`);
      }
      expect((await ask(port, "/nothing", { method })).status).toBe(404);
    },
  );

  test("a POST with a body of any type is a 405, and its connection ends", async () => {
    const { port } = await serve();
    for (const type of ["application/json", "application/x-www-form-urlencoded", "text/weird"]) {
      const { status, headers } = await ask(port, "/metrics", {
        method: "POST",
        headers: { "content-type": type },
        body: "{",
      });
      expect([status, headers.connection]).toEqual([405, "close"]);
    }
  });

  test.each(["Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"])(
    "a GET with a body (%j) is a 413, and its connection ends",
    async (rest) => {
      const { port } = await serve();
      const socket = await dial(port, `GET /metrics HTTP/1.1\r\nHost: a\r\n${rest}`);
      const text = await received(socket);
      expect(text).toMatch(/^HTTP\/1\.1 413 /);
      expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    },
  );

  test("headers above 16 kB are a 431", async () => {
    const { port } = await serve();
    const socket = await dial(port, `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(17_000)}\r\n\r\n`);
    expect(await received(socket)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test.each(["nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/9.9\r\nHost: a\r\n\r\n"])(
    "%j is a 400",
    async (text) => {
      const { port } = await serve();
      expect(await received(await dial(port, text))).toMatch(/^HTTP\/1\.1 (400|505) /);
    },
  );
});

test("an error in a route is a 500 without details, told to the log", async () => {
  const ready = () => {
    throw new Error("secret");
  };
  const { port, lines } = await serve({ ready });
  const { status, body } = await ask(port, "/-/ready");
  expect([status, body.toString()]).toEqual([500, "This request failed; the log says why.\n"]);
  expect(lines.join("")).toMatch(/level=error msg="serve request failed" err=secret path=\/-\/ready\n$/);
});
