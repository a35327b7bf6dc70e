import { describe, expect, test } from "vitest";
import { StartError } from "../../../daemon/errors.js";
import { fetchChanges } from "../../../daemon/lines/daemon_changes.js";
import type { RouteChangeSeen } from "../../../daemon/wire/change.js";
import { type Answer, serve } from "./serve.js";

const CHANGE: RouteChangeSeen = {
  ...{
    change: "removed",
    told: true,
    netns: "host",
    family: "ipv4",
    prefix: "192.0.2.0/24",
    via: null,
    device: "eth0",
  },
  ...{ protocol: "static", table: "main", time: "2026-01-02T21:44:36.120Z", type: "unicast", metric: 0, nexthops: 1 },
};

const json = (value: unknown): Answer => {
  return (_, response) => response.end(JSON.stringify(value));
};

const fetched = async (answer: Answer) => fetchChanges({ address: await serve(answer) });

async function refusal(answer: Answer): Promise<string> {
  const error: unknown = await fetched(answer).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof StartError)) throw new Error(`no refusal: ${String(error)}`);
  return error.message;
}

describe("changes of a daemon", () => {
  test("are all that it keeps, with a login", async () => {
    const asked: unknown[] = [];
    const address = await serve((request, response) => {
      asked.push(request.url, request.headers.authorization);
      response.end(JSON.stringify({ prefixesShown: true, changes: [CHANGE] }));
    });
    const access = { address: { ...address, login: { user: "ann", password: "" } }, access: { password: "secret" } };
    expect(await fetchChanges(access)).toEqual([CHANGE]);
    expect(asked).toEqual(["/api/changes?limit=4096", `Basic ${Buffer.from("ann:secret").toString("base64")}`]);
  });

  test.each<[string, unknown]>([
    ["without a prefix", { ...CHANGE, prefix: null, via: null }],
    ["of another family than its prefix", { ...CHANGE, family: "ipv6" }],
    ["with something else for a prefix", { ...CHANGE, prefix: "everywhere/24" }],
    ["without a time", { ...CHANGE, time: "yesterday" }],
    ["with a number for a gateway", { ...CHANGE, via: 7 }],
    ["that is none", null],
  ])("leave out one %s", async (_, change) => {
    expect(await fetched(json({ changes: [change, CHANGE] }))).toEqual([CHANGE]);
  });

  test("are refused in the daemon's own words", async () => {
    const refuses: Answer = (_, response) => response.writeHead(404).end("There is nothing at /api/changes.\n");
    expect(await refusal(refuses)).toContain("There is nothing at /api/changes.");
  });

  test.each<[string, Answer]>([
    ["no JSON", (_, response) => response.end("<html>")],
    ["another object", json({})],
    ["nothing at all", json(null)],
    [
      "half an answer",
      (_, response) => response.writeHead(200, { "content-length": 9 }).write("{", () => response.destroy()),
    ],
    [
      "more than any daemon has",
      (_, response) => {
        const chunk = Buffer.alloc(1 << 20, " ");
        const write = () => response.write(chunk, (error) => error ?? write());
        write();
      },
    ],
  ])("are none if %s comes", async (_, answer) => {
    expect(await refusal(answer)).toMatch(/read the changes of routes: /);
  });
});
