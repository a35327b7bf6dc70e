import { expect, test } from "vitest";
import { ROUTE_TYPES } from "../../../daemon/kinds/route/route_type.js";

// RTN_* of linux/rtnetlink.h, in the words of `ip route help`.
test.each([
  [0, ""],
  [1, "unicast"],
  [2, "local"],
  [3, "broadcast"],
  [4, "anycast"],
  [5, "multicast"],
  [6, "blackhole"],
  [7, "unreachable"],
  [8, "prohibit"],
  [9, "throw"],
  [10, "nat"],
  [11, "xresolve"],
])("route type %i is %j in the words of iproute2", (type, name) => {
  expect(ROUTE_TYPES[type]).toBe(name);
});

test("no type beyond those of the kernel has a name", () => {
  expect(ROUTE_TYPES).toHaveLength(12);
});
