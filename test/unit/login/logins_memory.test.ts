// What logins remember and for how long, and in whose favour they are fair. Passwords are compared by the test itself.

import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { decoyOf } from "../../../daemon/login/bcrypt_hash.js";
import type { Comparison } from "../../../daemon/login/bcrypt_thread.js";
import { Logins } from "../../../daemon/login/logins.js";

const MOST_REMEMBERED = 256;
const USERS = new Map([
  ["alice", decoyOf(4)],
  ["bob", decoyOf(5)],
]);

/** Whoever says "right" is right. */
class Bench {
  readonly asked: Comparison[] = [];
  readonly logins = new Logins({
    compare: async (comparison) => {
      this.asked.push(comparison);
      return comparison.password.startsWith("right");
    },
  });

  check(user: string, password: string, users: ReadonlyMap<string, string> = USERS) {
    return this.logins.check(`Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`, users, "client");
  }
}

describe("a verdict", () => {
  test.each(["right", "wrong"] as const)("%s is remembered for the newest 256 passwords", async (verdict) => {
    const bench = new Bench();
    for (let at = 0; at < MOST_REMEMBERED; at++) await bench.check("alice", `${verdict}${at}`);
    expect(bench.check("alice", `${verdict}${MOST_REMEMBERED - 1}`)).toBe(verdict);
    expect(bench.check("alice", `${verdict}0`)).toBe(verdict);
    expect(bench.asked).toHaveLength(MOST_REMEMBERED);
    await bench.check("alice", `${verdict}new`);
    // Wrong ones that were asked for again count as new, right ones go in the order in which they came.
    const oldest = verdict === "wrong" ? 1 : 0;
    expect(bench.check("alice", `${verdict}${oldest}`)).toBeInstanceOf(Promise);
    await turn();
  });

  test("is of one user: another with the same password and hash is compared anew", async () => {
    const bench = new Bench();
    const hash = decoyOf(4);
    const users = new Map([
      ["alice", hash],
      ["bob", hash],
    ]);
    await bench.check("alice", "right", users);
    await bench.check("bob", "right", users);
    expect(bench.asked).toHaveLength(2);
  });

  test("of somebody who was unknown is of no use once the name is known", async () => {
    const bench = new Bench();
    expect(await bench.check("carol", "right")).toBe("wrong");
    const users = new Map([...USERS, ["carol", decoyOf(6)] as const]);
    expect(await bench.check("carol", "right", users)).toBe("right");
  });

  test("right of a known user is wrong once the user is taken out, even under the decoy's hash", async () => {
    const bench = new Bench();
    const users = new Map([["alice", decoyOf(4)]]);
    expect(await bench.check("mallory", "right", users)).toBe("wrong");
    const [asked] = bench.asked;
    const known = new Map([["mallory", asked?.hash ?? ""]]);
    expect(await bench.check("mallory", "right2", known)).toBe("right");
    expect(bench.check("mallory", "right2", users)).toBe("wrong");
  });
});

describe("somebody unknown", () => {
  test("is compared at the cost of a user, spread over all of them by name, and at 10 if no hash has a cost", async () => {
    const bench = new Bench();
    for (let at = 0; at < 40; at++) await bench.check(`mallory${at}`, "x");
    const costs = bench.asked.map(({ hash }) => hash.slice(4, 6));
    expect(new Set(costs)).toEqual(new Set(["04", "05"]));
    const other = new Bench();
    await other.check("mallory", "x", new Map([["alice", "no hash"]]));
    expect(other.asked[0]?.hash).toBe(decoyOf(10));
  });
});

describe("a comparison that fails", () => {
  test("is remembered neither way, and makes room", async () => {
    let fails = true;
    const logins = new Logins({
      compare: async () => {
        if (fails) throw new Error("no thread");
        return true;
      },
    });
    const check = () => logins.check(`Basic ${Buffer.from("alice:x").toString("base64")}`, USERS, "a");
    for (let at = 0; at < 5; at++) await expect(check()).rejects.toThrow("no thread");
    fails = false;
    expect(await check()).toBe("right");
  });
});

describe("the header", () => {
  const asked = (header: string) => {
    const bench = new Bench();
    void bench.logins.check(header, USERS, "a");
    return bench.asked.map(({ password }) => password);
  };
  const encoded = Buffer.from("alice:x:y").toString("base64");

  test("may have spaces after it, and a password may have a colon", () => {
    expect(asked(`Basic ${encoded}  `)).toEqual(["x:y"]);
  });

  test("may name nobody", () => {
    expect(asked(`Basic ${Buffer.from(":x").toString("base64")}`)).toEqual(["x"]);
  });

  test.each([`xBasic ${encoded}`, `Basic${encoded}`, `Basic ${encoded}===`, `Basic ${encoded}\u0000`])(
    "%j is none",
    (header) => {
      expect(asked(header)).toEqual([]);
    },
  );
});
