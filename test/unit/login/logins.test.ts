import { setImmediate as turn } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { hashSync } from "bcryptjs";
import { afterAll, describe, expect, test } from "vitest";
import { costOf, decoyOf } from "../../../daemon/login/bcrypt_hash.js";
import { BcryptThread, type Comparison } from "../../../daemon/login/bcrypt_thread.js";
import { Logins } from "../../../daemon/login/logins.js";
import { projectPath } from "../../support/project_path.js";

const USERS = new Map([
  ["alice", hashSync("wonder", 4)],
  ["bob", hashSync("päss:wörd", 5).replace("$2b$", "$2y$")],
]);

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/** Comparisons that wait until the test lets them go on. */
class Bench {
  readonly asked: Comparison[] = [];
  readonly #resolve: ((isSame: boolean) => void)[] = [];
  readonly logins = new Logins({
    compare: (comparison) => {
      this.asked.push(comparison);
      return new Promise((resolve) => this.#resolve.push(resolve));
    },
  });

  check(user: string, password: string, client = "a") {
    return this.logins.check(basic(user, password), USERS, client);
  }

  answer(isSame: boolean): void {
    for (const resolve of this.#resolve.splice(0)) resolve(isSame);
  }
}

describe("logins", () => {
  const thread = new BcryptThread(pathToFileURL(projectPath("dist/daemon/login/bcrypt_worker.js")));
  afterAll(() => thread.stop());

  test.each([
    ["alice", "wonder", "right"],
    ["bob", "päss:wörd", "right"],
    ["alice", "wonder ", "wrong"],
    ["alice", "", "wrong"],
    ["bob", "wonder", "wrong"],
    ["carol", "wonder", "wrong"],
    ["", "", "wrong"],
    ["Alice", "wonder", "wrong"],
  ])("of %s with %j are %s, and so again", async (user, password, verdict) => {
    const logins = new Logins(thread);
    expect(await logins.check(basic(user, password), USERS, "a")).toBe(verdict);
    expect(logins.check(basic(user, password), USERS, "a")).toBe(verdict);
  });

  test.each([
    undefined,
    "",
    "Basic",
    "Basic ",
    "Basic !!!!",
    "Bearer YTpi",
    `Basic ${Buffer.from("alice").toString("base64")}`,
    `Basic ${Buffer.from([0x61, 0x3a, 0xff, 0xfe]).toString("base64")}`,
    `${basic("alice", "wonder")} x`,
  ])("%j are wrong without a comparison", (header) => {
    const { logins, asked } = new Bench();
    expect(logins.check(header, USERS, "a")).toBe("wrong");
    expect(asked).toEqual([]);
  });

  test("scheme and spaces may be written as the RFC allows", async () => {
    const [, encoded] = basic("alice", "wonder").split(" ");
    expect(await new Logins(thread).check(`bASIC   ${encoded}`, USERS, "a")).toBe("right");
  });

  test("that are known cost no comparison, and a new hash is another matter", async () => {
    const bench = new Bench();
    const first = bench.check("alice", "wonder");
    bench.answer(true);
    await first;
    expect(bench.check("alice", "wonder")).toBe("right");
    expect(bench.asked).toHaveLength(1);
    const others = new Map([["alice", hashSync("other", 4)]]);
    void bench.logins.check(basic("alice", "wonder"), others, "a");
    expect(bench.asked).toHaveLength(2);
    expect(bench.logins.check(basic("alice", "wonder"), new Map([["bob", "x"]]), "a")).not.toBe("right");
  });

  test("of somebody unknown are compared with a hash of a cost that somebody has, always the same, and are wrong", async () => {
    const bench = new Bench();
    for (const user of ["mallory", "mallory2", "mallory3", "mallory4"]) {
      const verdict = bench.check(user, "x");
      bench.answer(true);
      expect(await verdict).toBe("wrong");
      expect(bench.check(user, "x")).toBe("wrong");
    }
    for (const { hash } of bench.asked) expect([4, 5]).toContain(costOf(hash));
  });

  test("that come at the same time are compared once", async () => {
    const bench = new Bench();
    const verdicts = [bench.check("alice", "wonder"), bench.check("alice", "wonder"), bench.check("alice", "wonder")];
    expect(bench.asked).toHaveLength(1);
    bench.answer(true);
    expect(await Promise.all(verdicts)).toEqual(["right", "right", "right"]);
  });

  test("of one client wait four at a time, of all clients 32", () => {
    const bench = new Bench();
    const verdicts = Array.from({ length: 50 }, (_, at) => bench.check("alice", `p${at}`, `client${at % 10}`));
    expect(verdicts.filter((verdict) => verdict === "busy")).toHaveLength(18);
    const other = new Bench();
    const all = Array.from({ length: 10 }, (_, at) => other.check("alice", `p${at}`, "one"));
    expect(all.filter((verdict) => verdict === "busy")).toHaveLength(6);
  });

  test("that are wrong never push out those that are right", async () => {
    const bench = new Bench();
    const right = bench.check("alice", "wonder");
    bench.answer(true);
    await right;
    for (let at = 0; at < 600; at++) {
      void bench.check("alice", `p${at}`);
      bench.answer(false);
      await turn();
    }
    expect(bench.check("alice", "wonder")).toBe("right");
    expect(bench.check("alice", "p0")).toBeInstanceOf(Promise);
    bench.answer(false);
  });

  test("can be checked again after the thread has died", async () => {
    const broken = new BcryptThread(new URL("file:///nonexistent.js"));
    const logins = new Logins(broken);
    await expect(logins.check(basic("alice", "wonder"), USERS, "a")).rejects.toThrow();
    await expect(logins.check(basic("alice", "wonder"), USERS, "a")).rejects.toThrow();
  });

  test("that wait are given up when the thread is stopped", async () => {
    const own = new BcryptThread(pathToFileURL(projectPath("dist/daemon/login/bcrypt_worker.js")));
    const slow = hashSync("x", 10);
    const waiting = [own.compare({ password: "a", hash: slow }), own.compare({ password: "b", hash: slow })];
    const settled = Promise.allSettled(waiting);
    await own.stop();
    await own.stop();
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});

describe("hashes", () => {
  test("of a decoy are hashes of its cost", () => {
    for (const cost of [4, 10, 15]) expect(costOf(decoyOf(cost))).toBe(cost);
  });
});
