import { expect, test } from "vitest";
import { ask, serve } from "./fixture.js";

/** 404: got past the check, to a stream that is not enabled. */
async function status(host: string, path = "/stream", isOpen = true): Promise<number> {
  const { port } = await serve({ isOpen: () => isOpen });
  return (await ask(port, path, { headers: { host } })).status;
}

test.each([
  "127.0.0.1",
  "127.0.0.1:10074",
  "[::1]:10074",
  "localhost",
  "LOCALHOST:1",
  "router.localhost",
  "192.0.2.1:80",
])("on loopback the stream is served under %s", async (host) => {
  expect(await status(host)).toBe(404);
});

test.each([
  "evil.example",
  "evil.example:10074",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "[evil]",
  "0x7f.1",
  "a",
])("on loopback the stream is not served under %s, nor under an odd spelling of its path", async (host) => {
  expect(await status(host)).toBe(421);
  expect(await status(host, "/%73tream?format=json")).toBe(421);
});

test("metrics are served under every name, and all is to whom has logged in", async () => {
  expect(await status("proxy.example", "/metrics")).toBe(200);
  expect(await status("proxy.example", "/stream", false)).toBe(404);
});
