import { describe, expect, test } from "vitest";
import { readParameters } from "../../../daemon/http/parameters.js";
import { BadQuery } from "../../../daemon/stream/query.js";

const KNOWN = ["netns", "table"] as const;

function refusal(url: string): string {
  try {
    readParameters(url, KNOWN);
  } catch (error) {
    if (error instanceof BadQuery) return error.message;
    throw error;
  }
  return "accepted";
}

describe("a query string", () => {
  test.each<[string, Record<string, string>]>([
    ["/stream", {}],
    ["/stream?", {}],
    ["/stream?netns=blue", { netns: "blue" }],
    ["/stream?table=main&netns=a+b%2Fc", { table: "main", netns: "a b/c" }],
    ["/stream?netns", { netns: "" }],
    ["/stream?netns=a?table=b", { netns: "a?table=b" }],
    ["?netns=blue", { netns: "blue" }],
    ["netns=blue", {}],
  ])("of %s is %j", (url, given) => {
    expect(Object.fromEntries(readParameters(url, KNOWN))).toEqual(given);
  });

  test.each([
    ["/?netns=a&netns=b", "netns: given more than once"],
    ["/?netns=&netns=", "netns: given more than once"],
    ["/?nets=a", '"nets": there is no such parameter; there are netns, table'],
    ["/?=a", '"": there is no such parameter; there are netns, table'],
    ["/?a%0Ab=c", '"a\\nb": there is no such parameter; there are netns, table'],
    [`/?${"x".repeat(40)}`, `"${"x".repeat(40)}": there is no such parameter; there are netns, table`],
    [`/?${"x".repeat(41)}`, `"${"x".repeat(40)}…": there is no such parameter; there are netns, table`],
  ])("of %s is refused", (url, message) => {
    expect(refusal(url)).toBe(message);
  });
});
