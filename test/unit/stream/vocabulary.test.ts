import { expect, test } from "vitest";
import { resultOf } from "../../../daemon/kinds/rule/result.js";
import { buildVocabulary } from "../../../daemon/stream/vocabulary.js";

test("lines have the metrics' words for results, actions and route types", () => {
  const { results, resultNames, actions, routeTypes } = buildVocabulary();
  expect(results).toHaveLength(2 * 256 * 16);
  for (const [kind, at] of [
    ["route", 0],
    ["rule", 1],
  ] as const) {
    for (const error of [0, 3, 11, 13, 22, 101, 113, 255]) {
      for (let type = 0; type < 16; type++) {
        expect(resultNames[results[at * 4096 + error * 16 + type] ?? -1]).toBe(resultOf(kind, error, type));
      }
    }
  }
  expect([actions[0], actions[1], actions[8], actions.length]).toEqual(["", "to_table", "prohibit", 9]);
  expect([routeTypes[0], routeTypes[1], routeTypes[9]]).toEqual(["", "unicast", "throw"]);
});
