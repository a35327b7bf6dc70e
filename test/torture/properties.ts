// What holds of everything that strangers write: flags, query strings, headers, configurations, rt_tables and names. Run in
// short by test/unit/fuzz.test.ts, and for long by test/torture/fuzz.test.ts.

import fc from "fast-check";
import { expect } from "vitest";
import { CLI_FLAGS, parseOptions } from "../../daemon/cli/options.js";
import { DAEMON_FLAGS, parseConfig } from "../../daemon/config.js";
import { UsageError } from "../../daemon/errors.js";
import { parseTables } from "../../daemon/fib/tables.js";
import { acceptsGzip, chooseFormat, chooseLineFormat } from "../../daemon/http/accept.js";
import { parseStreamQuery } from "../../daemon/http/stream_query.js";
import { createLog } from "../../daemon/log.js";
import { BadQuery, checkQuery, toFilter } from "../../daemon/stream/query.js";
import { ConfigFault } from "../../daemon/web_config/fault.js";
import { parseWebConfig } from "../../daemon/web_config/web_config.js";
import { parseExposition } from "../support/truth/scrape.js";
import { exposeDevice } from "./exposed_device.js";

/** Throws, or resolves: nothing else is judged. */
export type Property = fc.IRawProperty<unknown>;

/** Of one line that people read: nothing that a terminal obeys or that ends a line. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029]/u;
const TEXT = fc.string({ unit: "binary", maxLength: 40 });
const NASTY = fc.constantFrom(
  ...["", " ", "-", "--", "=", "\0", "\n", "\u001b[2J", "\u2028", "\ud800", "__proto__", "constructor", "toString"],
  ...[
    "0",
    "-1",
    "1e999",
    "0x10",
    "9".repeat(400),
    "1m",
    "64KiB",
    "true",
    "::",
    "10.0.0.0/33",
    "unix:",
    "unix:/a",
    ":0",
  ],
);
const VALUE = fc.oneof(NASTY, TEXT);

/** As somebody types them, right and wrong. */
function argvOf(table: Readonly<Record<string, unknown>>): fc.Arbitrary<string[]> {
  const name = fc.constantFrom(...Object.keys(table));
  const flag = fc.oneof(
    name.map((flag) => `--${flag}`),
    name.map((flag) => `--no-${flag}`),
    fc.tuple(name, VALUE).map(([flag, value]) => `--${flag}=${value}`),
    fc.stringMatching(/^-[a-z4-9?]{1,3}$/),
  );
  return fc.array(fc.oneof(flag, VALUE), { maxLength: 6 });
}

function refusesInOneLine(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).not.toMatch(UNPRINTABLE);
  }
}

/** As a URL carries it: half a pair of surrogates is lost. */
function wellFormed(text = ""): string {
  return Buffer.from(text).toString();
}

const parameter = fc.constantFrom(
  "family",
  "kind",
  "netns",
  "table",
  "egress",
  "src",
  "dst",
  "failed",
  "verbose",
  "format",
);
const raw = fc.array(fc.oneof(parameter, fc.constantFrom("&", "=", "?", "%", "%00", "%zz", "+", "#", "/"), VALUE), {
  maxLength: 10,
});
const NOBODY = { netns: () => undefined, table: () => undefined };

const yaml = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...["tls_server_config:", "http_server_config:", "basic_auth_users:", "rate_limit:", "headers:", "cert_file:"],
        ...[
          "\n",
          "\n  ",
          "\n    ",
          ": ",
          "- ",
          "[",
          "]",
          "{",
          "}",
          "&a ",
          "*a",
          "!!binary ",
          "|",
          ">",
          "'",
          '"',
          "#",
          "? ",
        ],
      ),
      VALUE,
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(""));

const tableLine = fc.oneof(
  fc
    .tuple(
      fc.oneof(fc.nat().map(String), NASTY),
      fc.oneof(NASTY, fc.constantFrom("main", "other", "7", "a", "b"), TEXT),
    )
    .map(([id, name]) => `${id}\t${name}`),
  TEXT,
);

/** Ranges of a header, with what a client may put between them. */
const accept = fc.oneof(
  TEXT,
  fc
    .array(
      fc.constantFrom(
        ...[
          "text/plain",
          "application/openmetrics-text",
          "text/event-stream",
          "application/json",
          "*/*",
          "text/*",
          "gzip",
        ],
        ...[";q=0", ";q=1", ";q=0.5", ";q=", "; version=1.0.0", ";version=0.0.4", ",", ", ", ";", '"', "identity"],
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join("")),
);

export const PROPERTIES: Readonly<Record<string, Property>> = {
  "flags of tablesnoopd are taken, or refused in one printable line": fc.property(argvOf(DAEMON_FLAGS), (argv) =>
    refusesInOneLine(() => parseConfig(argv)),
  ),

  "flags of tablesnoop are taken, or refused in one printable line": fc.property(argvOf(CLI_FLAGS), (argv) =>
    refusesInOneLine(() => parseOptions(argv)),
  ),

  "a query string is read, or refused by a parameter's name in one printable line": fc.property(raw, (parts) => {
    try {
      const { query } = parseStreamQuery(`/stream?${parts.join("")}`);
      checkQuery(query);
      const filter = toFilter(query, NOBODY);
      expect([filter.src.length, filter.dst.length]).toEqual([32, 32]);
    } catch (error) {
      expect(error).toBeInstanceOf(BadQuery);
      expect((error as BadQuery).message).not.toMatch(UNPRINTABLE);
      expect((error as BadQuery).message.length).toBeLessThan(1000);
    }
  }),

  "a query that was read is read the same again": fc.property(fc.dictionary(parameter, VALUE), (given) => {
    const ask = (values: Readonly<Record<string, string>>) => {
      try {
        return parseStreamQuery(`/stream?${new URLSearchParams(values)}`);
      } catch (error) {
        expect(error).toBeInstanceOf(BadQuery);
        return undefined;
      }
    };
    const first = ask(given);
    for (const name of ["netns", "table", "egress", "src", "dst"] as const) {
      if (first !== undefined && Object.hasOwn(given, name)) expect(first.query[name]).toBe(wellFormed(given[name]));
    }
    expect(ask(Object.fromEntries(Object.entries(given).reverse()))).toEqual(first);
  }),

  "an Accept header gives a format, whatever its case and blanks": fc.property(accept, (header) => {
    expect(["text", "openmetrics"]).toContain(chooseFormat(header));
    expect(["text", "json", "sse"]).toContain(chooseLineFormat(header));
    expect(typeof acceptsGzip(header)).toBe("boolean");
    const spaced = header.replaceAll(",", " , ");
    expect([chooseFormat(spaced), chooseLineFormat(spaced)]).toEqual([chooseFormat(header), chooseLineFormat(header)]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: other letters have no lower case of one length
    if (/^[\x00-\x7f]*$/.test(header)) expect(chooseFormat(header.toUpperCase())).toBe(chooseFormat(header));
  }),

  "a web configuration is read, or refused in one printable line": fc.property(yaml, (text) => {
    try {
      const config = parseWebConfig(text);
      for (const [name, value] of config.headers) expect(`${name}${value}`).not.toMatch(/[\r\n\0]/);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigFault);
      expect((error as ConfigFault).message).not.toMatch(UNPRINTABLE);
    }
  }),

  "rt_tables names each table once, and never as another one": fc.property(
    fc.array(tableLine, { maxLength: 12 }),
    (lines) => {
      const tables = parseTables(lines.join("\n"));
      const entries = [...tables.entries()];
      const names = entries.map(([, name]) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const [id, name] of entries) {
        expect(Number.isInteger(id) && id >= 0 && id <= 0xffffffff).toBe(true);
        expect(name).not.toMatch(/^\d+$|^other$|\s|^$/);
        expect(tables.name(id)).toBe(name);
      }
      expect([254, 255, 253].map((id) => tables.name(id))).toEqual(["main", "local", "default"]);
      expect([...parseTables(`${lines.join("\n")}\n${lines.join("\n")}`).entries()]).toEqual(entries);
    },
  ),

  "a log line stays one line, whatever is logged": fc.property(VALUE, VALUE, VALUE, (message, key, value) => {
    for (const logFormat of ["logfmt", "json"] as const) {
      const lines: string[] = [];
      const log = createLog({ logLevel: "info", logFormat }, { write: (line) => lines.push(line) });
      log.info({ [key]: value, err: new Error(value) }, message);
      expect(lines).toHaveLength(1);
      expect(lines[0]?.slice(0, -1)).not.toMatch(UNPRINTABLE);
    }
  }),

  "a device of any name has one series, which Prometheus' format gives back": fc.asyncProperty(
    fc.string({ unit: "binary", minLength: 1, maxLength: 15 }),
    async (name) => {
      for (const format of ["text", "openmetrics"] as const) {
        const body = await exposeDevice(name, format);
        const found = parseExposition(body.replace(/^# EOF$/m, "")).filter(
          (sample) => sample.name === "tablesnoop_route_lookups_total" && sample.value === 23,
        );
        expect(found).toHaveLength(1);
        expect(found[0]?.labels["egress"]).toBe(name);
      }
    },
  ),
};
