// Odd requests for raw sockets, generated: what goes out, in which pieces, and how the client behaves meanwhile.

import fc from "fast-check";

type Manner = "reads" | "reads slowly" | "never reads" | "half closes" | "resets";

export interface OddConnection {
  /** Sent one after the other, a turn of the event loop apart. Latin-1. */
  readonly pieces: readonly string[];
  readonly manner: Manner;
}

const PATHS = [
  "/metrics",
  "/page.js",
  "/",
  "/api/lookups",
  "/api/failures?limit=5",
  "/stream",
  "/-/healthy",
  "/-/ready",
];

const path = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...PATHS) },
  fc.constantFrom(
    "*",
    "//",
    "/..%2f..%2fetc/passwd",
    "/%ff%00",
    "http://a/metrics",
    "/-/reload",
    "/?".padEnd(9000, "x"),
  ),
);
const method = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("GET", "HEAD") },
  fc.constantFrom("POST", "OPTIONS", "CONNECT", "get", "PRI", "G\0T", "TRACE", "DELETE"),
);
const version = fc.oneof(
  { weight: 8, arbitrary: fc.constant("HTTP/1.1") },
  fc.constantFrom("HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.1 ", "http/1.1", "HTTP/11"),
);
const field = fc.oneof(
  fc.constantFrom(
    "Host: a",
    "Accept-Encoding: gzip",
    "Accept: application/openmetrics-text",
    "Connection: close",
    "Connection: keep-alive, upgrade",
    "Upgrade: websocket",
    "Expect: 100-continue",
    "Expect: something",
    "Content-Length: 5",
    "Content-Length: 5, 6",
    "Content-Length: -1",
    "Content-Length: 99999999999999999999",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding: \x0bchunked",
    "Host: a\r\nHost: b",
    "X: a\r\n b",
    "X: a\r\n\tb: c",
    " X: leading",
    "X\0: nul",
    "X: \0",
    "X: \x80\xff",
    ": nameless",
    "no colon",
    "Range: bytes=0-5",
    "Authorization: Basic !!!!",
    `X: ${"y".repeat(20_000)}`,
    "A:\r\n".repeat(3000).trimEnd(),
  ),
  fc.tuple(fc.string({ maxLength: 20 }), fc.string({ maxLength: 40 })).map(([name, value]) => `${name}: ${value}`),
);
const ending = fc.oneof({ weight: 6, arbitrary: fc.constant("\r\n") }, fc.constantFrom("\n", "\r", "\r\r\n"));
const body = fc.constantFrom(
  "",
  "",
  "",
  "hello",
  "0\r\n\r\n",
  "5\r\nhello\r\n0\r\n\r\n",
  "ffffffffffffffff\r\nx",
  "GET / HTTP/1.1\r\n\r\n",
);

const request = fc
  .record({ method, path, version, fields: fc.array(field, { maxLength: 6 }), ending, body, isNamed: fc.boolean() })
  .map(({ method, path, version, fields, ending, body, isNamed }) => {
    const head = [`${method} ${path} ${version}`, ...(isNamed ? ["Host: a"] : []), ...fields];
    return `${head.join(ending)}${ending}${ending}${body}`;
  });

const noise = fc.oneof(
  fc.constantFrom(
    "\x16\x03\x01\x02\x00\x01\x00",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\0".repeat(5000),
    "\r\n".repeat(500),
  ),
  fc.string({ unit: "binary", maxLength: 200 }),
);

const manner = fc.constantFrom<Manner[]>("reads", "reads slowly", "never reads", "half closes", "resets");

export const oddConnection: fc.Arbitrary<OddConnection> = fc
  .record({
    requests: fc.array(fc.oneof({ weight: 6, arbitrary: request }, noise), { minLength: 1, maxLength: 6 }),
    repeat: fc.constantFrom(1, 1, 1, 3, 60),
    cuts: fc.array(fc.nat(2000), { maxLength: 5 }),
    manner,
  })
  .map(({ requests, repeat, cuts, manner }) => ({ pieces: cut(requests.join("").repeat(repeat), cuts), manner }));

function cut(text: string, cuts: readonly number[]): string[] {
  const places = [0, ...[...cuts].sort((one, other) => one - other).filter((at) => at < text.length), text.length];
  return places.slice(1).map((to, at) => text.slice(places[at], to));
}
