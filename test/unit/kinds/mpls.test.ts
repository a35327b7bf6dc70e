import { expect, it } from "vitest";
import { kind as mpls } from "../../../daemon/kinds/mpls/kind.js";
import { reader } from "./reading.js";

it("shows each device that takes labels, added up by name", () => {
  const rows = [
    { netns: 1n, name: "eth0", noRoute: 3 },
    { netns: 2n, name: "eth0", noRoute: 4 },
    { netns: 99n, name: "eth0", noRoute: 5 },
  ];
  const read = mpls.accounts.flatMap((account) => reader(account, () => "blue")({ mpls: rows }));
  expect(read).toEqual(["blue eth0 7"]);
});
