import { gunzipSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { ask, NOTHING_COUNTED, serve } from "./fixture.js";

const NO_HISTORY = { times: [], netns: [], netnsOmitted: 0, troubles: [] };

describe("what the page shows", () => {
  test("is JSON, the lookups and their history", async () => {
    const history = { times: [1, 2], netns: [], netnsOmitted: 3, troubles: [] };
    const { port } = await serve({ pageData: { lookups: () => NOTHING_COUNTED, history: () => history } });
    for (const [path, answer] of [
      ["/api/lookups", NOTHING_COUNTED],
      ["/api/history", history],
    ] as const) {
      const { status, headers, body } = await ask(port, path);
      expect([status, headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
      expect(headers["cache-control"]).toBe("no-store");
      expect(JSON.parse(body.toString())).toEqual(answer);
    }
  });

  test.each(["/api/lookups", "/api/history"])("HEAD %s has the status and headers of GET", async (path) => {
    const { port } = await serve();
    const [get, head] = [await ask(port, path), await ask(port, path, { method: "HEAD" })];
    expect({ ...head.headers, date: "" }).toEqual({ ...get.headers, date: "" });
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });

  test("is made once for all who ask within a second, and then anew", async () => {
    const now = vi.spyOn(performance, "now").mockReturnValue(10_000);
    try {
      const lookups = vi.fn(() => NOTHING_COUNTED);
      const { port } = await serve({ pageData: { lookups, history: () => NO_HISTORY } });
      await Promise.all(Array.from({ length: 8 }, () => ask(port, "/api/lookups")));
      now.mockReturnValue(10_999);
      await ask(port, "/api/lookups");
      expect(lookups).toHaveBeenCalledTimes(1);
      now.mockReturnValue(11_000);
      await ask(port, "/api/lookups");
      expect(lookups).toHaveBeenCalledTimes(2);
    } finally {
      now.mockRestore();
    }
  });

  test("is compressed for those who take it", async () => {
    const rows = Array.from({ length: 100 }, (_, at) => ({
      netns: `n${at}`,
      family: "ipv4",
      table: "main",
      egress: "",
      result: "no_route",
      lookups: at,
      lookupsPerSecond: 0,
    }));
    const { port } = await serve({
      pageData: { lookups: () => ({ ...NOTHING_COUNTED, rows }), history: () => NO_HISTORY },
    });
    const { headers, body } = await ask(port, "/api/lookups", { headers: { "accept-encoding": "gzip" } });
    expect(headers["content-encoding"]).toBe("gzip");
    expect(JSON.parse(gunzipSync(body).toString()).rows).toEqual(rows);
  });

  test("that cannot be made is a 500 told to the log, and is tried again at once", async () => {
    let fails = true;
    const lookups = () => {
      if (fails) throw new Error("map gone");
      return NOTHING_COUNTED;
    };
    const { port, lines } = await serve({ pageData: { lookups, history: () => NO_HISTORY } });
    expect((await ask(port, "/api/lookups")).status).toBe(500);
    expect(lines.join("")).toContain('err="map gone" path=/api/lookups');
    fails = false;
    expect((await ask(port, "/api/lookups")).status).toBe(200);
  });
});
