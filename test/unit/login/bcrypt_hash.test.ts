import { describe, expect, test } from "vitest";
import { costOf, decoyOf, MOST_COST } from "../../../daemon/login/bcrypt_hash.js";

/** As htpasswd -nBC 10 writes it. */
const HASH = "$2y$10$CwTycUXWue0Thq9StjUM0uJ8Q9nR3XHTtVw1mYw0nHqWYCk4GRdzu";

describe("the cost of a hash", () => {
  test.each([
    ["htpasswd's", HASH, 10],
    ["the oldest kind's", HASH.replace("2y", "2a"), 10],
    ["the newest kind's", HASH.replace("2y", "2b"), 10],
    ["the least", HASH.replace("$10", "$04"), 4],
    ["the most", HASH.replace("$10", "$15"), MOST_COST],
  ])("is read: %s", (_, hash, cost) => {
    expect(costOf(hash)).toBe(cost);
  });

  test.each([
    ["below the least", HASH.replace("$10", "$03")],
    ["above the most", HASH.replace("$10", "$16")],
    ["of one digit", HASH.replace("$10", "$9")],
    ["of no digits", HASH.replace("$10", "$xx")],
    ["of another kind", HASH.replace("2y", "2x")],
    ["of a letter too few", HASH.slice(0, -1)],
    ["of a letter too many", `${HASH}u`],
    ["with something before it", `x${HASH}`],
    ["with a newline after it", `${HASH}\n`],
    ["with a sign bcrypt does not use", `${HASH.slice(0, -1)}-`],
    ["of nothing", ""],
  ])("is none %s", (_, text) => {
    expect(costOf(text)).toBeUndefined();
  });

  test("of a decoy is the one asked for", () => {
    for (let cost = 4; cost <= MOST_COST; cost++) expect(costOf(decoyOf(cost))).toBe(cost);
  });
});
