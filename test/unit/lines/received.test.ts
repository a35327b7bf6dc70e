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

  test("keeps bytes that are no UTF-8", () => {
    const line = Buffer.from([0x76, 0x34, 0xff, 0xfe, 0x0a]);
    expect(new Received("text").add(Buffer.concat([Buffer.from("# quiet\n"), line]))).toEqual(line);
  });

  test("never gives the beginning of a line that was cut off", () => {
    expect(all(new Received("text"), ["v4: a\nv4: ", "b"])).toBe("v4: a\n");
  });

  test("is refused if it has no lines at all", () => {
    expect(() => new Received("text").add(Buffer.alloc(100_000, "x"))).toThrow("no lines");
  });
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
