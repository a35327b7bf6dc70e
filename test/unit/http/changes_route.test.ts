import { describe, expect, test } from "vitest";
import type { RouteChangeSeen } from "../../../daemon/wire/change.js";
import { ask, serve } from "./fixture.js";

const ROWS: readonly RouteChangeSeen[] = Array.from({ length: 4096 }, (_, at) => ({
  ...{ time: "2026-01-02T03:04:05.678Z", change: "removed", told: true, netns: "host", family: "ipv4", table: "main" },
  ...{ prefix: `10.0.0.0/${at % 33}`, via: "10.90.2.2", device: "eth0", protocol: "bird", type: "unicast" },
  ...{ metric: 0, nexthops: 1 },
}));

function served(showsPrefixes: boolean) {
  return serve({ changes: { newest: (most) => ROWS.slice(0, most), showsPrefixes } });
}

describe("/api/changes", () => {
  test.each([
    ["", 50],
    ["?limit=3", 3],
    ["?limit=4096", 4096],
  ])("%j gives %i changes as JSON", async (query, count) => {
    const { port } = await served(true);
    const { status, headers, body } = await ask(port, `/api/changes${query}`);
    expect([status, headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
    expect(JSON.parse(body.toString())).toEqual({ prefixesShown: true, changes: ROWS.slice(0, count) });
  });

  test("keeps prefixes and gateways to itself where the stream is off", async () => {
    const { port } = await served(false);
    const { body } = await ask(port, "/api/changes?limit=2");
    expect(JSON.parse(body.toString())).toEqual({
      prefixesShown: false,
      changes: ROWS.slice(0, 2).map((row) => ({ ...row, prefix: null, via: null })),
    });
  });

  test.each([
    ["?limit=0", 'limit: "0" is not a number from 1 to 4096.\n'],
    ["?limit=4097", 'limit: "4097" is not a number from 1 to 4096.\n'],
    ["?table=main", '"table": there is no such parameter; there are limit.\n'],
  ])("%j is a 400 that names the parameter", async (query, text) => {
    const { port } = await served(true);
    const { status, body } = await ask(port, `/api/changes${query}`);
    expect([status, body.toString()]).toEqual([400, text]);
  });
});
