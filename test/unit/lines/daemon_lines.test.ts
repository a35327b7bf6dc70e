import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describe as describeError, StartError } from "../../../daemon/errors.js";
import { KINDS_UNASKED, LINE_KINDS } from "../../../daemon/kinds/lines.js";
import type { DaemonAddress } from "../../../daemon/lines/daemon_address.js";
import { connectLines, hasStream } from "../../../daemon/lines/daemon_lines.js";
import { DEFAULT_QUERY, type LookupQuery } from "../../../daemon/stream/query.js";
import { serve, stopServing } from "./serve.js";

const connect = (address: DaemonAddress, query: LookupQuery = DEFAULT_QUERY) =>
  connectLines({ address, query, format: "text", verbose: 0 });

async function refusal(doing: Promise<unknown>): Promise<StartError> {
  const error = await doing.then(
    () => new Error("it succeeded"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof StartError) return error;
  throw error;
}

describe("a stream", () => {
  test("is asked for with the filter as parameters", async () => {
    let url = "";
    const address = await serve((request, response) => {
      url = request.url ?? "";
      response.flushHeaders();
    });
    const query: LookupQuery = {
      kinds: ["rule"],
      families: ["ipv6"],
      netns: "a b&c",
      table: "main",
      src: "fd00::/8",
      failed: "exclude",
    };
    const source = await connectLines({ address, query, format: "json", verbose: 2 });
    source.close();
    expect(Object.fromEntries(new URL(url, "http://x").searchParams)).toEqual({
      format: "json",
      kind: "rule",
      family: "ipv6",
      netns: "a b&c",
      table: "main",
      src: "fd00::/8",
      failed: "exclude",
      verbose: "2",
    });
  });

  test("leaves out what the daemon shows anyway", async () => {
    let url = "";
    const address = await serve((request, response) => {
      url = request.url ?? "";
      response.flushHeaders();
    });
    (await connect(address)).close();
    expect(url).toBe("/stream?format=text&failed=include");
  });

  test("is asked for by every kind once it is not just those that are shown unasked", async () => {
    const urls: string[] = [];
    const address = await serve((request, response) => {
      urls.push(request.url ?? "");
      response.flushHeaders();
    });
    for (const kinds of [[...KINDS_UNASKED].reverse(), LINE_KINDS]) {
      (await connect(address, { ...DEFAULT_QUERY, kinds })).close();
    }
    const all = LINE_KINDS.length > KINDS_UNASKED.length ? `kind=${LINE_KINDS.join("%2C")}&` : "";
    expect(urls).toEqual(["/stream?format=text&failed=include", `/stream?format=text&${all}failed=include`]);
  });

  test("is asked for one kind or family alone, though it is given twice", async () => {
    let url = "";
    const address = await serve((request, response) => {
      url = request.url ?? "";
      response.flushHeaders();
    });
    const query: LookupQuery = { ...DEFAULT_QUERY, kinds: ["route", "route"], families: ["ipv6", "ipv6"] };
    (await connect(address, query)).close();
    expect(url).toBe("/stream?format=text&kind=route&family=ipv6&failed=include");
  });

  test("gives lines as they come, without what is said about the stream", async () => {
    const address = await serve((_, response) => {
      response.write("# quiet\nv4: a\n# dropped 23 lines\nv4: b\n");
    });
    const source = await connect(address);
    expect((await source.next())?.toString()).toBe("v4: a\nv4: b\n");
    expect(source.dropped()).toEqual({ ringbuf: 0, queue: 0, daemon: 23 });
    source.close();
    expect(await source.next()).toBeUndefined();
  });

  test("comes over a socket file as well", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tablesnoop-"));
    try {
      const address = await serve((_, response) => response.write("v4: a\n"), join(folder, "socket"));
      const source = await connect(address);
      expect((await source.next())?.toString()).toBe("v4: a\n");
      source.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("that is stopped still gives what is on its way, then ends", async () => {
    let say = (_: string) => {};
    const address = await serve((_, response) => {
      response.flushHeaders();
      say = (text) => response.write(text);
    });
    const source = await connect(address);
    const next = source.next();
    source.stop();
    say("v4: late\n");
    expect((await next)?.toString()).toBe("v4: late\n");
    expect(await source.next()).toBeUndefined();
    source.close();
  });

  test("that the daemon ends throws after its last line", async () => {
    const address = await serve((_, response) => response.end("v4: a\nv4: cut o"));
    const source = await connect(address);
    expect((await source.next())?.toString()).toBe("v4: a\n");
    const error = await refusal(source.next());
    expect(error.code).toBe("stream_ended");
    expect(error.message).toContain(address.text);
  });

  test("whose connection breaks throws", async () => {
    const address = await serve((_, response) => {
      response.write("v4: a\n", () => response.destroy());
    });
    const source = await connect(address);
    expect((await source.next())?.toString()).toBe("v4: a\n");
    expect((await refusal(source.next())).code).toBe("stream_ended");
  });
});

describe("no stream", () => {
  test("the daemon's own words are told, their first line", async () => {
    const address = await serve((_, response) => {
      response.writeHead(400, { "content-type": "text/plain" }).end("src: nonsense\nmore\n");
    });
    const error = await refusal(connect(address));
    expect(error.code).toBe("daemon_refuses");
    expect(error.message).toBe(`read ${address.text}: src: nonsense`);
  });

  test("a refusal without words tells its status", async () => {
    const address = await serve((_, response) => response.writeHead(503).end());
    expect((await refusal(connect(address))).message).toContain("HTTP status 503");
  });

  test("a refusal that is cut short tells what came of it", async () => {
    const address = await serve((_, response) => {
      response.writeHead(400, { "content-type": "text/plain" });
      response.write("src: non", () => response.destroy());
    });
    const error = await refusal(connect(address));
    expect([error.code, error.message]).toEqual(["daemon_refuses", `read ${address.text}: src: non`]);
  });

  test("a refusal that drips is waited for two seconds", async () => {
    const timers: NodeJS.Timeout[] = [];
    const address = await serve((_, response) => {
      response.writeHead(503, { "content-type": "text/plain" });
      timers.push(setInterval(() => response.write("no "), 100));
    });
    const begin = performance.now();
    const error = await refusal(connect(address)).finally(() => timers.forEach(clearInterval));
    expect([error.code, error.message]).toEqual(["daemon_refuses", expect.stringContaining(": no no")]);
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  test.each<[string, string, string]>([
    ["an endless line", "text/plain", "x".repeat(100_000)],
    ["a web page", "text/html; charset=utf-8", "<!doctype html>\n"],
  ])("%s is not what a daemon sends, and not a bug of ours", async (_, type, body) => {
    const address = await serve((_request, response) => {
      response.writeHead(200, { "content-type": type }).write(body);
    });
    const error = await refusal(connect(address).then((source) => source.next().finally(() => source.close())));
    expect(error.code).toBe("no_stream");
    expect(error.message).toContain(address.text);
    expect(describeError(error, "tablesnoop", false).text).not.toContain("bug");
  });

  test("nobody there is told with the address", async () => {
    const address = await serve(() => {});
    stopServing();
    const error = await refusal(connect(address));
    expect(error.code).toBe("daemon_unreachable");
    expect(error.message).toMatch(/ECONNREFUSED/);
  });

  test("connecting can be given up", async () => {
    const address = await serve(() => {});
    const giveUp = new AbortController();
    const connecting = connectLines({
      address,
      query: DEFAULT_QUERY,
      format: "text",
      verbose: 0,
      signal: giveUp.signal,
    });
    giveUp.abort();
    expect((await refusal(connecting)).code).toBe("daemon_unreachable");
  });

  test.each([
    [200, true],
    [404, false],
  ])("status %i to HEAD means that a stream is there: %s", async (status, expected) => {
    const address = await serve((_, response) => response.writeHead(status).end());
    expect(await hasStream(address)).toBe(expected);
  });
});
