import { expect, test } from "vitest";
import { clientOf } from "../../../daemon/listen/client.js";

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::1", "0:0:0:0::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8:0:1::1", "2001:db8:0:1::/64"],
  ["2001:db8:a:b:c:d:e:f", "2001:db8:a:b::/64"],
  ["2001:db8:a:b:c::", "2001:db8:a:b::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  [undefined, "unix"],
])("who has the address %s is %s", (remoteAddress, client) => {
  expect(clientOf({ remoteAddress })).toBe(client);
});
