import { describe, expect, test } from "vitest";
import { parseStreamQuery } from "../../../daemon/http/stream_query.js";
import { LINE_KINDS } from "../../../daemon/kinds/lines.js";
import { BadQuery } from "../../../daemon/stream/query.js";

const parse = (query: string) => parseStreamQuery(`/stream${query}`);

function refusal(query: string): string {
  try {
    parse(query);
  } catch (error) {
    if (error instanceof BadQuery) return error.message;
    throw error;
  }
  return "accepted";
}

describe("GET /stream", () => {
  test("without a query string asks for everything, in few words, in no particular format", () => {
    for (const query of ["", "?"]) {
      expect(parse(query)).toStrictEqual({
        query: { kinds: ["route", "rule"], families: ["ipv4", "ipv6"], failed: "include" },
        verbose: 0,
      });
    }
  });

  test.each<[string, object]>([
    ["kind=route", { kinds: ["route"] }],
    ["kind=rule", { kinds: ["rule"] }],
    ["family=ipv4", { families: ["ipv4"] }],
    ["family=4", { families: ["ipv4"] }],
    ["family=ipv6", { families: ["ipv6"] }],
    ["family=6", { families: ["ipv6"] }],
    ["failed=include", { failed: "include" }],
    ["failed=exclude", { failed: "exclude" }],
    ["failed=only", { failed: "only" }],
    ["netns=blue", { netns: "blue" }],
    ["table=main", { table: "main" }],
    ["egress=eth0", { egress: "eth0" }],
    ["src=10.0.0.0%2F8", { src: "10.0.0.0/8" }],
    ["dst=fd00::1", { dst: "fd00::1" }],
    ["src=10.0.0.1&dst=10.0.0.2&kind=rule", { src: "10.0.0.1", dst: "10.0.0.2", kinds: ["rule"] }],
  ])("%s is %j, and everything else", (text, wanted) => {
    const { query } = parse("");
    expect(parse(`?${text}`)).toStrictEqual({ query: { ...query, ...wanted }, verbose: 0 });
  });

  test.each([
    ["verbose", 1],
    ["verbose=", 1],
    ["verbose=1", 1],
    ["verbose=true", 1],
    ["verbose=2", 2],
    ["verbose=0", 0],
    ["verbose=false", 0],
  ])("%s: verbose is %i", (text, verbose) => {
    expect(parse(`?${text}`).verbose).toBe(verbose);
  });

  test.each(["text", "json", "sse"])("format=%s asks for that format", (format) => {
    expect(parse(`?format=${format}`).format).toBe(format);
  });

  test.each([
    ["kind=both", `kind: "both" is not one of ${LINE_KINDS.join(", ")}`],
    ["family=ipx", 'family: "ipx" is not one of 4, 6, ipv4, ipv6'],
    ["failed=yes", 'failed: "yes" is not one of include, exclude, only'],
    ["verbose=yes", 'verbose: "yes" is not one of 0, 1, 2, true, false'],
    ["format=xml", 'format: "xml" is not one of text, json, sse'],
    ["format=", 'format: "" is not one of text, json, sse'],
    ["kind=toString", `kind: "toString" is not one of ${LINE_KINDS.join(", ")}`],
    ["kind=route&kind=rule", "kind: given more than once"],
    [
      "colour=1",
      '"colour": there is no such parameter; there are family, kind, netns, table, egress, src, dst, failed, verbose, format',
    ],
  ])("%s is refused in words that name what there is", (text, message) => {
    expect(refusal(`?${text}`)).toBe(message);
  });
});
