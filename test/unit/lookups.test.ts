import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { StartError } from "../../daemon/errors.js";
import { openLookups } from "../../daemon/lookups.js";

const LOOKUP = {
  time: "2026-01-01T00:00:00.000023Z",
  kind: "route",
  netns: { cookie: "18446744073709551615", inode: 23, name: null },
};

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Of a daemon that sends this and nothing more. */
async function connect(body: string): Promise<string> {
  const serving = createServer((_, response) => response.write(body));
  server = serving;
  await new Promise<void>((resolve) => serving.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(serving.address() as AddressInfo).port}`;
}

test("a lookup has its time as a date and its cookie as a bigint", async () => {
  const lookups = openLookups({ connect: await connect(`${JSON.stringify(LOOKUP)}\n`) });
  const { value } = await lookups.next();
  expect(value).toEqual({
    kind: "route",
    time: new Date("2026-01-01T00:00:00.000Z"),
    timestamp: LOOKUP.time,
    netns: { cookie: 18_446_744_073_709_551_615n, inode: 23, name: null },
  });
  await lookups.return?.();
});

test.each([
  ["no JSON", "<html>"],
  ["null", "null"],
  ["a number", "23"],
  ["a list", "[]"],
  ["an object of another kind", '{"status":"success"}'],
  ["a lookup without a namespace", JSON.stringify({ ...LOOKUP, netns: null })],
  ["a lookup with another cookie", JSON.stringify({ ...LOOKUP, netns: { cookie: 23 } })],
  ["a lookup with no time", JSON.stringify({ ...LOOKUP, time: "now" })],
])("%s from what was connected to is told with its address", async (_, line) => {
  const url = await connect(`${line}\n`);
  const lookups = openLookups({ connect: url });
  const error = await lookups.next().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StartError);
  expect(error).toMatchObject({ code: "no_stream", message: expect.stringContaining(`read ${url}: no lookup came: `) });
});
