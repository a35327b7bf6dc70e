import { expect, test } from "vitest";
import { ABI } from "../../../daemon/native/abi.js";
import { buildVocabulary } from "../../../daemon/stream/vocabulary.js";

test("lines have the metrics' words for results, actions and route types", () => {
  const { result, codes } = buildVocabulary();
  const { TS_KIND_route: route, TS_KIND_rule: rule } = ABI;
  expect([result(route, 0, 0), result(route, 11, 9), result(rule, 11, 9)]).toEqual(["found", "throw", "no_route"]);
  expect([codes[rule]?.[0], codes[rule]?.[1], codes[rule]?.[8], codes[rule]?.length]).toEqual([
    "",
    "to_table",
    "prohibit",
    9,
  ]);
  expect([codes[route]?.[0], codes[route]?.[1], codes[route]?.[9]]).toEqual(["", "unicast", "throw"]);
});
