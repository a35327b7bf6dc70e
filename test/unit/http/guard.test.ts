import { pathToFileURL } from "node:url";
import { hashSync } from "bcryptjs";
import { expect, onTestFinished, test } from "vitest";
import { Guard } from "../../../daemon/http/guard.js";
import type { Admit } from "../../../daemon/listen/listen.js";
import { createLog } from "../../../daemon/log.js";
import { BcryptThread } from "../../../daemon/login/bcrypt_thread.js";
import type { LoadedConfig } from "../../../daemon/web_config/config_file.js";
import { projectPath } from "../../support/project_path.js";
import { ask, dial, received, serve } from "./fixture.js";

const WORKER = pathToFileURL(projectPath("dist/daemon/login/bcrypt_worker.js"));
const USERS = new Map([["alice", hashSync("wonder", 8)]]);
const NOTHING: LoadedConfig = { headers: new Map(), users: new Map() };

function basic(user: string, password: string) {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

/** `config` may be changed while it is served. */
async function guarded(config: Partial<LoadedConfig>, worker = WORKER) {
  const file = { current: { ...NOTHING, ...config }, look: () => undefined };
  const lines: string[] = [];
  const log = createLog({ logLevel: "info", logFormat: "logfmt" }, { write: (line) => lines.push(line) });
  const guard = new Guard({ file, log, clock: () => performance.now(), thread: new BcryptThread(worker) });
  onTestFinished(() => guard.stop());
  const admit: Admit = (request, response, enter) => guard.admit(request, response, enter);
  return { ...(await serve({}, {}, { admit })), file, logged: lines };
}

test("without a configuration everybody gets in", async () => {
  const { port } = await guarded({});
  expect((await ask(port, "/metrics")).status).toBe(200);
});

test.each(["/metrics", "/-/healthy", "/", "/nothing", "/%zz"])(
  "a login is asked for at %s, before anything else is said",
  async (path) => {
    const { port } = await guarded({ users: USERS });
    const { status, headers, body } = await ask(port, path);
    expect(status).toBe(401);
    expect(headers["www-authenticate"]).toBe('Basic realm="tablesnoop", charset="UTF-8"');
    expect(body.toString()).toBe("A user name and its password are needed.\n");
    expect((await ask(port, path, { headers: basic("alice", "wonder") })).status).not.toBe(401);
    expect((await ask(port, path, { method: "HEAD" })).body).toHaveLength(0);
  },
);

test("a wrong password and a wrong name are told the same", async () => {
  const { port } = await guarded({ users: USERS });
  const [password, name] = [
    await ask(port, "/metrics", { headers: basic("alice", "x") }),
    await ask(port, "/metrics", { headers: basic("bob", "wonder") }),
  ];
  expect({ ...password.headers, date: "" }).toEqual({ ...name.headers, date: "" });
  expect([password.status, password.body.toString()]).toEqual([name.status, name.body.toString()]);
});

test("an unknown name costs as much time as a known one", async () => {
  const { port } = await guarded({ users: new Map([["alice", hashSync("wonder", 10)]]) });
  await ask(port, "/metrics", { headers: basic("alice", "warm-up") });
  const time = async (name: (at: number) => string) => {
    const times: number[] = [];
    for (let at = 0; at < 7; at++) {
      const begun = performance.now();
      await ask(port, "/metrics", { headers: basic(name(at), `password ${at}`) });
      times.push(performance.now() - begun);
    }
    return times.sort((a, b) => a - b)[3] ?? 0;
  };
  const ratio = (await time((at) => `nobody${at}`)) / (await time(() => "alice"));
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(2);
});

test("while many wrong logins are in work, who is known is answered at once", async () => {
  const { port } = await guarded({ users: new Map([["alice", hashSync("wonder", 10)]]) });
  expect((await ask(port, "/metrics", { headers: basic("alice", "wonder") })).status).toBe(200);
  let answered = 0;
  const wrong = Array.from({ length: 20 }, async (_, at) => {
    const { status, headers } = await ask(port, "/metrics", { headers: basic("alice", `wrong ${at}`) });
    answered += status === 401 ? 1 : 0;
    return { status, retryAfter: headers["retry-after"] };
  });
  const times: number[] = [];
  for (let at = 0; at < 5; at++) {
    const begun = performance.now();
    expect((await ask(port, "/metrics", { headers: basic("alice", "wonder") })).status).toBe(200);
    times.push(performance.now() - begun);
  }
  expect(answered).toBeLessThan(4);
  expect(times.sort((a, b) => a - b)[2]).toBeLessThan(60);
  const statuses = await Promise.all(wrong);
  expect(statuses.filter(({ status }) => status === 401)).toHaveLength(4);
  expect(statuses.filter(({ status, retryAfter }) => status === 503 && retryAfter === "1")).toHaveLength(16);
});

test("a user taken out of the configuration is out with the next request", async () => {
  const { port, file } = await guarded({ users: USERS });
  expect((await ask(port, "/metrics", { headers: basic("alice", "wonder") })).status).toBe(200);
  file.current = { ...NOTHING, users: new Map([["bob", hashSync("x", 4)]]) };
  expect((await ask(port, "/metrics", { headers: basic("alice", "wonder") })).status).toBe(401);
});

test("requests above the rate are a 429 with or without a login, and say when to come again", async () => {
  const { port } = await guarded({ users: USERS, rateLimit: { intervalMs: 3_600_000, burst: 2 } });
  for (const expected of [401, 401, 429, 429]) {
    const { status, headers } = await ask(port, "/metrics");
    expect([status, headers["retry-after"]]).toEqual([expected, expected === 429 ? "3600" : undefined]);
  }
});

test("configured headers are on every answer and win over ours", async () => {
  const headers = new Map([
    ["X-Frame-Options", "sameorigin"],
    ["Content-Security-Policy", "default-src 'self'"],
    ["Strict-Transport-Security", "max-age=60"],
  ]);
  const { port } = await guarded({ headers, users: USERS });
  for (const login of [{}, basic("alice", "wonder")]) {
    for (const path of ["/", "/metrics", "/nothing", "/stream"]) {
      expect((await ask(port, path, { headers: login })).headers).toMatchObject({
        "x-frame-options": "sameorigin",
        "content-security-policy": "default-src 'self'",
        "strict-transport-security": "max-age=60",
        "x-content-type-options": "nosniff",
      });
    }
  }
});

test("the body of a request that is refused is not read", async () => {
  const { port } = await guarded({ users: USERS });
  const text = await received(await dial(port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\nabc"));
  expect(text).toMatch(/^HTTP\/1\.1 401 /);
  expect(text.toLowerCase()).toContain("connection: close");
});

test("a thread that cannot run is a 503 and a line in the log, and no way in", async () => {
  const { port, logged } = await guarded({ users: USERS }, new URL("file:///nonexistent.js"));
  const { status, headers } = await ask(port, "/metrics", { headers: basic("alice", "wonder") });
  expect([status, headers["retry-after"]]).toEqual([503, "1"]);
  expect(logged.join("")).toContain("check password failed");
  expect(logged.join("")).not.toContain("wonder");
});
