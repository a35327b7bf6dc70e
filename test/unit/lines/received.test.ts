import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Received } from "../../../daemon/lines/received.js";

function all(received: Received, chunks: readonly (Buffer | string)[]): string {
  return chunks.map((chunk) => received.add(Buffer.from(chunk)).toString("latin1")).join("");
}

describe("text as it arrives", () => {
  test("becomes whole lines, whatever the chunks", () => {
    const text = "# quiet\nv4: a\nv6: b\n# dropped 23 lines\n# quiet\nrule4: c\n# dropped 4 lines\n";
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const received = new Received("text");
        const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
        const chunks = edges.slice(1).map((edge, at) => text.slice(edges[at], edge));
        expect(all(received, chunks)).toBe("v4: a\nv6: b\nrule4: c\n");
        expect(received.dropped).toBe(27);
      }),
    );
  });

  test("shows bytes that a terminal would act on, or that are no UTF-8, by their numbers", () => {
    const line = Buffer.from("# quiet\nv4: \u001b[2J\u0007\u007f\r\u009bé€𐍈\n");
    const broken = Buffer.from([0xff, 0xc3, 0x28, 0xe2, 0x82, 0x0a]);
    expect(all(new Received("text"), [line, broken])).toBe(
      Buffer.from("v4: \\x1b[2J\\x07\\x7f\\x0d\\xc2\\x9bé€𐍈\n\\xff\\xc3(\\xe2\\x82\n").toString("latin1"),
    );
  });

  test("never has a byte that a terminal would act on", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom("text", "json"), (bytes, format) => {
        const lines = new Received(format).add(Buffer.concat([bytes, Buffer.from("\n")]));
        // Throws on what is no UTF-8.
        const text = new TextDecoder("utf-8", { fatal: true }).decode(lines);
        expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}]/u);
      }),
      { numRuns: 1000 },
    );
  });

  test("keeps every character that is none of those", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const line = text.replace(/[\p{Cc}#]/gu, "");
        expect(new Received("text").add(Buffer.from(`${line}\n`)).toString()).toBe(`${line}\n`);
      }),
    );
  });

  test("never gives the beginning of a line that was cut off", () => {
    expect(all(new Received("text"), ["v4: a\nv4: ", "b"])).toBe("v4: a\n");
  });

  test("is refused if it has no lines at all", () => {
    expect(() => new Received("text").add(Buffer.alloc(100_000, "x"))).toThrow("a line without an end");
  });
});

test("objects as they arrive keep what their strings say, without a byte that a terminal would act on", () => {
  const raw = '{"egress":"\u007f\u009b"}\n';
  const line = new Received("json").add(Buffer.from(raw)).toString();
  expect(line).toBe('{"egress":"\\u007f\\u009b"}\n');
  expect(JSON.parse(line)).toEqual(JSON.parse(raw));
});

test("objects as they arrive lose heartbeats and drops, whatever the chunks", () => {
  const text = '\n{"time":1}\n\n\n{"dropped":23}\n{"time":2}\n{"dropped":4}\n';
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const received = new Received("json");
      const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
      const chunks = edges.slice(1).map((edge, at) => text.slice(edges[at], edge));
      expect(all(received, chunks)).toBe('{"time":1}\n{"time":2}\n');
      expect(received.dropped).toBe(27);
    }),
  );
});
