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

test("where addresses are shown, OpenMetrics, which may have some, is not served under another name on loopback", async () => {
  const report = () => ({ windowSeconds: 60, sampledOneIn: 1, destinations: [] });
  const format = async (host: string, showsAddresses: boolean, isOpen = true) => {
    const { port } = await serve({ isOpen: () => isOpen, failures: { report, showsAddresses } });
    const accept = "application/openmetrics-text;version=1.0.0";
    return (await ask(port, "/metrics", { headers: { host, accept } })).body.toString().split(" ")[0];
  };
  expect(await format("evil.example", true)).toBe("text");
  expect(await format("localhost:10074", true)).toBe("openmetrics");
  expect(await format("evil.example", true, false)).toBe("openmetrics");
  expect(await format("evil.example", false)).toBe("openmetrics");
});

test("metrics are served under every name, and all is to whom has logged in", async () => {
  expect(await status("proxy.example", "/metrics")).toBe(200);
  expect(await status("proxy.example", "/stream", false)).toBe(404);
});
