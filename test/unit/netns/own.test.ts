import { readlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { ownInode } from "../../../daemon/netns/own.js";

test("the own namespace is the one that the kernel names", () => {
  expect(`net:[${ownInode()}]`).toBe(readlinkSync("/proc/self/ns/net"));
});
