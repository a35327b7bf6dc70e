import { describe, expect, it } from "vitest";
import { Complaints, isMissing } from "../../../daemon/netns/complaints.js";

function bench() {
  const told: (readonly [string, string | undefined])[] = [];
  const causes: unknown[] = [];
  const complaints = new Complaints((error, object) => {
    told.push([object, error?.message]);
    causes.push(error?.cause);
  });
  return { told, causes, complaints };
}

describe("Complaints", () => {
  it("say act, object, cause and what it means, and keep the cause", () => {
    const { told, causes, complaints } = bench();
    const cause = new Error("EACCES: permission denied");
    complaints.raise("list", "/run/netns", cause, "names are missing");
    expect(told).toEqual([["/run/netns", "list /run/netns: EACCES: permission denied; names are missing"]]);
    expect(causes).toEqual([cause]);
  });

  it("say what was thrown if it was no error, and call the object as is asked", () => {
    const { told, complaints } = bench();
    complaints.raise("read", "all of it", 17, "so it is", { shown: "/a and 3 more" });
    expect(told).toEqual([["all of it", "read /a and 3 more: 17; so it is"]]);
  });

  it("are made once of each object as long as it lasts, and told once when it is over", () => {
    const { told, complaints } = bench();
    for (const objects of [["/a", "/b"], ["/a", "/b"], ["/b"], [], ["/a"]]) {
      for (const object of objects) complaints.raise("read", object, "x", "y");
      complaints.endRound();
    }
    expect(told).toEqual([
      ["/a", "read /a: x; y"],
      ["/b", "read /b: x; y"],
      ["/a", undefined],
      ["/b", undefined],
      ["/a", "read /a: x; y"],
    ]);
  });

  it("are made anew of another cause, but not of another text of the same kind", () => {
    const { told, complaints } = bench();
    complaints.raise("read", "/a", "1 is broken", "y", { kind: "broken" });
    complaints.raise("read", "/a", "2 are broken", "y", { kind: "broken" });
    complaints.raise("read", "/a", "gone", "y");
    complaints.raise("read", "/a", "gone", "y");
    expect(told.map(([, text]) => text)).toEqual(["read /a: 1 is broken; y", "read /a: gone; y"]);
  });
});

describe("isMissing", () => {
  const failure = (code: string) => Object.assign(new Error(code), { code });

  it.each([
    ["a file that is not there", failure("ENOENT"), true],
    ["a folder that is a file", failure("ENOTDIR"), true],
    ["a file that may not be read", failure("EACCES"), false],
    ["an error without a code", new Error("ENOENT"), false],
    ["nothing", undefined, false],
  ])("of %s", (_, error, missing) => {
    expect(isMissing(error)).toBe(missing);
  });
});
