import { describe, expect, test } from "vitest";
import type { FailedDestination } from "../../../daemon/destinations/failed_destinations.js";
import type { RemovedRoute } from "../../../daemon/wire/change.js";
import { ask, serve } from "./fixture.js";

const CAUSE: RemovedRoute = {
  ...{ prefix: "192.0.2.0/24", via: "10.0.0.1", device: "eth0", protocol: "bird", table: "main" },
  time: "2026-01-02T03:04:05.678Z",
};

const ROWS: readonly FailedDestination[] = Array.from({ length: 200 }, (_, at) => ({
  ...{ kind: "route", netns: "blue", family: "ipv4", table: "main", result: "no_route", reason: null },
  ...{ destination: `192.0.2.${at}`, lookups: 1000 - at, lookupsPerSecond: (1000 - at) / 50, cause: CAUSE },
}));

function served(showsAddresses: boolean) {
  const report = () => ({ windowSeconds: 50, sampledOneIn: 4, destinations: ROWS });
  return serve({ failures: { report, showsAddresses } });
}

describe("/api/failures", () => {
  test("sends the report as JSON", async () => {
    const { port } = await served(true);
    const { status, headers, body } = await ask(port, "/api/failures?limit=2");
    expect([status, headers["content-type"], headers["cache-control"]]).toEqual([
      200,
      "application/json; charset=utf-8",
      "no-store",
    ]);
    expect(JSON.parse(body.toString())).toEqual({
      windowSeconds: 50,
      sampledOneIn: 4,
      addressesShown: true,
      destinations: ROWS.slice(0, 2),
    });
  });

  test("keeps the addresses to itself where the stream is off", async () => {
    const { port } = await served(false);
    const { body } = await ask(port, "/api/failures");
    expect(body.toString()).not.toContain("192.0.2.");
    const { addressesShown, destinations } = JSON.parse(body.toString());
    expect([addressesShown, destinations[0]]).toEqual([false, { ...ROWS[0], destination: null, cause: null }]);
  });

  test.each([
    ["", 50],
    ["?", 50],
    ["?limit=1", 1],
    ["?limit=200", 200],
    ["?limit=007", 7],
  ])("%j gives %i destinations", async (query, count) => {
    const { port } = await served(true);
    const { body } = await ask(port, `/api/failures${query}`);
    expect(JSON.parse(body.toString()).destinations).toHaveLength(count);
  });

  test.each([
    ["?limit=0", 'limit: "0" is not a number from 1 to 200.\n'],
    ["?limit=201", 'limit: "201" is not a number from 1 to 200.\n'],
    ["?limit=-1", 'limit: "-1" is not a number from 1 to 200.\n'],
    ["?limit=1e2", 'limit: "1e2" is not a number from 1 to 200.\n'],
    ["?limit=5.0", 'limit: "5.0" is not a number from 1 to 200.\n'],
    ["?limit=", 'limit: "" is not a number from 1 to 200.\n'],
    ["?limit=%20", 'limit: " " is not a number from 1 to 200.\n'],
    ["?limit=5&limit=6", "limit: given more than once.\n"],
    ["?netns=blue", '"netns": there is no such parameter; there are limit.\n'],
    ["?Limit=5", '"Limit": there is no such parameter; there are limit.\n'],
  ])("%j is a 400 that names the parameter", async (query, text) => {
    const { port } = await served(true);
    const { status, headers, body } = await ask(port, `/api/failures${query}`);
    expect([status, headers["content-type"], body.toString()]).toEqual([400, "text/plain; charset=utf-8", text]);
  });

  test("HEAD has the status and headers of GET", async () => {
    const { port } = await served(true);
    for (const path of ["/api/failures", "/api/failures?limit=0"]) {
      const [get, head] = [await ask(port, path), await ask(port, path, { method: "HEAD" })];
      expect({ ...head.headers, date: "" }).toEqual({ ...get.headers, date: "" });
      expect([head.status, head.body.length]).toEqual([get.status, 0]);
    }
  });

  test("other methods are a 405", async () => {
    const { port } = await served(true);
    expect(await ask(port, "/api/failures", { method: "POST" })).toMatchObject({
      status: 405,
      headers: { allow: "GET, HEAD" },
    });
  });
});
