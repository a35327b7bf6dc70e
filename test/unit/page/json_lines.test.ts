import { expect, it } from "vitest";
import { droppedBy, isLocalMiss, LineSplitter } from "../../../daemon/page/json_lines.js";

it("lines come out whole, however the chunks are cut", () => {
  const text = '{"a":1}\n\n{"b":2}\n{"c"';
  for (let size = 1; size <= text.length; size += 1) {
    const splitter = new LineSplitter();
    const lines: string[] = [];
    for (let at = 0; at < text.length; at += size) lines.push(...splitter.split(text.slice(at, at + size)));
    expect(lines).toEqual(['{"a":1}', '{"b":2}']);
  }
});

it("a line without end is not kept", () => {
  const splitter = new LineSplitter();
  for (let at = 0; at < 100; at += 1) splitter.split("x".repeat(1000));
  expect(splitter.split("\n").join("").length).toBeLessThan(70_000);
});

it("a line that tells of dropped ones is known", () => {
  expect(droppedBy('{"dropped":17}')).toBe(17);
  expect(droppedBy('{"time":"x","dropped":17}')).toBeUndefined();
});

it("a miss in table local is told from all other failures", () => {
  const line = (id: number, result: string) =>
    `{"time":"t","table":{"id":${id},"name":null},"result":"${result}","errno":11}`;
  expect(isLocalMiss(line(255, "no_route"))).toBe(true);
  expect(isLocalMiss(line(255, "prohibit"))).toBe(false);
  expect(isLocalMiss(line(254, "no_route"))).toBe(false);
  expect(isLocalMiss(line(2550, "no_route"))).toBe(false);
});
