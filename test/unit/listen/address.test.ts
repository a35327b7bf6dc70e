import { expect, test } from "vitest";
import { parseListenAddress } from "../../../daemon/listen/address.js";

test.each([
  [":10074", undefined, 10074],
  [":0", undefined, 0],
  ["127.0.0.1:65535", "127.0.0.1", 65535],
  ["0.0.0.0:80", "0.0.0.0", 80],
  ["localhost:9", "localhost", 9],
  ["router-1.lan.example:9", "router-1.lan.example", 9],
  ["[::1]:9", "::1", 9],
  ["[::]:9", "::", 9],
  ["[fe80::1%eth0]:9", "fe80::1%eth0", 9],
])("%s is host %s and port %d", (text, host, port) => {
  expect(parseListenAddress(text)).toEqual({ text, host, port });
});

test.each([
  "",
  ":",
  "10074",
  "localhost",
  "localhost:",
  ":65536",
  ":-1",
  ":http",
  ": 80",
  ":80 ",
  "::1:80",
  "[::1]80",
  "[::1]",
  "[127.0.0.1]:80",
  "[::g]:80",
  "[]:80",
  "300.1.1.1:80",
  "1.2.3:80",
  "*:80",
  "-a:80",
  "a..b:80",
  "http://a:80",
  "a b:80",
  `${"a".repeat(254)}:80`,
])("%j is no listen address", (text) => {
  expect(parseListenAddress(text)).toBeUndefined();
});
