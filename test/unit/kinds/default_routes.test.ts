import { describe, expect, it } from "vitest";
import { defaultRoutes } from "../../../daemon/kinds/route/default_routes.js";
import type { DefaultRouteRow } from "../../../daemon/native/session.js";
import { netnsRow, reader } from "./reading.js";

const row = (own: Partial<DefaultRouteRow> = {}): DefaultRouteRow => ({
  ...{ netns: 1n, family: 0, table: 254, routes: 1 },
  ...own,
});

describe("default routes", () => {
  it("are shown by namespace, family and the table's name", () => {
    const found = [row(), row({ family: 1, table: 100, routes: 2 }), row({ netns: 99n })];
    expect(reader(defaultRoutes)({ netns: [netnsRow(1n), netnsRow(99n)], defaultRoutes: found })).toEqual([
      "ns1 ipv4 main 1",
      "ns1 ipv6 t100 2",
    ]);
  });

  it("are shown at 0 in a table that had one, as long as its namespace lives", () => {
    const read = reader(defaultRoutes);
    const netns = [netnsRow(1n)];
    read({ netns, defaultRoutes: [row()] });
    expect(read({ netns })).toEqual(["ns1 ipv4 main 0"]);
    expect(read({ netns: [] })).toEqual([]);
    expect(read({ netns })).toEqual([]);
  });

  it("of namespaces with one label are added up", () => {
    const netns = [netnsRow(1n), netnsRow(2n)];
    const found = [row(), row({ netns: 2n, routes: 2 })];
    expect(reader(defaultRoutes, () => "blue")({ netns, defaultRoutes: found })).toEqual(["blue ipv4 main 3"]);
  });
});
