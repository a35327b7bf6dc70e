import { expect, it } from "vitest";
import { neighbourTable } from "../../../daemon/kinds/neighbour/table.js";
import { reader } from "./reading.js";

it("shows the size, room and refusals of each table there is", () => {
  const neighbourTables = [{ family: 1, entries: 5, entriesMax: 1024, full: 7 }];
  expect(neighbourTable.map((account) => reader(account)({ neighbourTables }))).toEqual([
    ["ipv6 5"],
    ["ipv6 1024"],
    ["ipv6 7"],
  ]);
});
