import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ACTIONS, actionName, TUNNELS, tunnelName } from "../../../../daemon/kinds/encap/words.js";
import { projectPath } from "../../../support/project_path.js";

describe("the words of lightweight tunnels", () => {
  it("are in labels what they are in lines", () => {
    const native = readFileSync(projectPath("native/kinds/encap/words.cc"), "utf8");
    const listOf = (name: string) => {
      const [, list = ""] = new RegExp(`${name}\\[\\] = \\{([^}]*)\\}`).exec(native) ?? [];
      return [...list.matchAll(/"([^"]*)"/g)].map(([, word]) => word);
    };
    expect(listOf("kTunnels")).toEqual(TUNNELS);
    expect(listOf("kActions")).toEqual(ACTIONS);
  });

  it.each([
    [1, "mpls"],
    [5, "seg6"],
    [7, "seg6local"],
    [10, "xfrm"],
    [0, "0"],
    [11, "11"],
  ])("of type %i is %s", (type, word) => {
    expect(tunnelName(type)).toBe(word);
  });

  it.each([
    [0, ""],
    [1, "End"],
    [7, "End.DT6"],
    [10, "End.B6.Encaps"],
    [16, "End.DT46"],
    [17, "17"],
  ])("of action %i is %j", (action, word) => {
    expect(actionName(action)).toBe(word);
  });
});
