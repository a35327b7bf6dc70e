import { linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hintFor, NetnsNames } from "../../../daemon/netns/names.js";

describe("NetnsNames", () => {
  let root = "";
  let errors: (string | undefined)[] = [];

  const path = (name: string) => join(root, name);
  /** A plain file stands for a mounted namespace: what counts is its inode and its file system. */
  const make = (name: string): number => {
    writeFileSync(path(name), "");
    return statSync(path(name)).ino;
  };
  const names = (reference = path("reference")) =>
    new NetnsNames((error) => errors.push(error?.message), {
      folders: [path("run"), path("docker"), path("absent")],
      reference,
    });
  const label = (inode: number, isFirst = false) => {
    const fresh = names();
    fresh.refresh();
    return fresh.label({ inode, isFirst });
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "netns-names-"));
    mkdirSync(path("run"));
    mkdirSync(path("docker"));
    make("reference");
    errors = [];
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("takes the name under the first folder, then the second, then the inode", () => {
    const blue = make("run/blue");
    linkSync(path("run/blue"), path("docker/0-blue"));
    const box = make("docker/1-box");
    expect([label(blue), label(box), label(4026532001)]).toEqual(["blue", "1-box", "4026532001"]);
    expect(errors).toEqual([]);
  });

  it("goes by the door of a folder if there is one", () => {
    mkdirSync(path("door"));
    const box = make("door/box");
    const blue = make("run/blue");
    const doors = new Map([
      [path("docker"), path("door")],
      [path("run"), path("absent")],
    ]);
    const fresh = new NetnsNames((error) => errors.push(error?.message), {
      folders: [path("run"), path("docker")],
      doors,
      reference: path("reference"),
    });
    fresh.refresh();
    expect([box, blue].map((inode) => fresh.label({ inode, isFirst: false }))).toEqual(["box", "blue"]);
    expect(errors).toEqual([]);
  });

  it("takes the first in sort order of two names", () => {
    const inode = make("run/zebra");
    linkSync(path("run/zebra"), path("run/ant"));
    expect(label(inode)).toBe("ant");
  });

  it("calls the first namespace host even if it has a name", () => {
    expect(label(make("run/main"), true)).toBe("host");
  });

  it.each(["host", "unknown", "other"])("shows a namespace that bears the name %s by its inode", (name) => {
    const inode = make(`run/${name}`);
    expect(label(inode)).toBe(String(inode));
  });

  it("does not merge two namespaces that bear one name in two folders", () => {
    const ours = make("run/blue");
    const theirs = make("docker/blue");
    expect([label(ours), label(theirs)]).toEqual(["blue", String(theirs)]);
  });

  it("passes over what lies on another file system: it is no namespace", () => {
    const inode = make("run/blue");
    const fresh = names("/proc/self/ns/net");
    fresh.refresh();
    expect(fresh.label({ inode, isFirst: false })).toBe(String(inode));
  });

  it("follows a rename and a deletion", () => {
    const inode = make("run/old");
    expect(label(inode)).toBe("old");
    renameSync(path("run/old"), path("run/new"));
    expect(label(inode)).toBe("new");
    rmSync(path("run/new"));
    expect(label(inode)).toBe(String(inode));
  });

  it("complains once of an entry it cannot look at, goes on with the others, and tells when it is gone", () => {
    symlinkSync(path("run/loop"), path("run/loop"));
    const inode = make("run/zebra");
    const fresh = names();
    fresh.refresh();
    fresh.refresh();
    expect(fresh.label({ inode, isFirst: false })).toBe("zebra");
    expect(errors).toEqual([expect.stringMatching(/^stat [^ ]*\/run\/loop: ELOOP.*; shown by inode number$/)]);
    rmSync(path("run/loop"));
    fresh.refresh();
    expect(errors.slice(1)).toEqual([undefined]);
  });

  it("complains in one line of thousands, some of which are others each time", () => {
    const loop = (n: number) => symlinkSync(path(`run/loop-${n}`), path(`run/loop-${n}`));
    for (let n = 0; n < 2000; n += 1) loop(n);
    const inode = make("run/zebra");
    const fresh = names();
    for (let round = 0; round < 10; round += 1) {
      fresh.refresh();
      rmSync(path(`run/loop-${round}`));
      loop(2000 + round);
    }
    expect(fresh.label({ inode, isFirst: false })).toBe("zebra");
    expect(errors).toEqual([expect.stringMatching(/^stat [^ ]*\/run\/loop-\d+ and 1999 more: ELOOP/)]);
  });

  it("says how to name a namespace whose link is closed to it", () => {
    expect(hintFor(new Set(["EACCES"]))).toContain("ip netns attach NAME PID");
    expect(hintFor(new Set(["EACCES"]))).toContain("--capabilities.keep=cap_sys_ptrace");
  });

  it("notices a namespace that is mounted over an entry which was none, among thousands", () => {
    for (let n = 0; n < 2000; n += 1) symlinkSync("/nowhere", path(`run/gone-${n}`));
    const fresh = names();
    for (let round = 0; round < 5; round += 1) fresh.refresh();
    rmSync(path("run/gone-1000"));
    const inode = make("run/gone-1000");
    for (let round = 0; round < 10; round += 1) fresh.refresh();
    expect(fresh.label({ inode, isFirst: false })).toBe("gone-1000");
  });

  it("takes under 100 ms a refresh for ten thousand entries that loop, the first ones too", () => {
    for (let n = 0; n < 10_000; n += 1) symlinkSync(path("run/loop-0"), path(`run/loop-${n}`));
    const refresh = (of: NetnsNames) => {
      const begin = performance.now();
      of.refresh();
      return performance.now() - begin;
    };
    const fresh = names();
    // The quickest of several: others may have the processor at any one moment.
    const quickest = (of: () => NetnsNames, rounds: number) =>
      Math.min(...Array.from({ length: rounds }, () => refresh(of())));
    expect(quickest(names, 3)).toBeLessThan(100);
    expect(quickest(() => fresh, 20)).toBeLessThan(100);
    expect(quickest(() => fresh, 5)).toBeLessThan(100);
  });

  it("refreshes a thousand names in under 20 ms", () => {
    for (let n = 0; n < 1000; n += 1) make(`run/ns-${n}`);
    const fresh = names();
    // The quickest of several: others may have the processor at any one moment.
    const times = Array.from({ length: 20 }, () => {
      const begin = performance.now();
      fresh.refresh();
      return performance.now() - begin;
    });
    expect(Math.min(...times)).toBeLessThan(20);
  });
});
