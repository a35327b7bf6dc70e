import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hintFor, NetnsNames, PLACES } from "../../../daemon/netns/names.js";
import { projectPath } from "../../support/project_path.js";

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

  it("takes the first in sort order of many names, whatever the order of the folder", () => {
    const inode = make("run/zebra");
    const others = Array.from({ length: 20 }, (_, at) => `n${(at * 7) % 20}`);
    for (const name of others) linkSync(path("run/zebra"), path(`run/${name}`));
    expect(label(inode)).toBe("n0");
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

  it("complains once of a folder it cannot list, goes on with the next, and tells when it is over", () => {
    const box = make("docker/box");
    rmSync(path("run"), { recursive: true });
    symlinkSync(path("run"), path("run"));
    const fresh = names();
    fresh.refresh();
    fresh.refresh();
    expect(fresh.label({ inode: box, isFirst: false })).toBe("box");
    expect(errors).toEqual([
      expect.stringMatching(/^list [^ ]*\/run: ELOOP.*; its namespaces are shown by inode number$/),
    ]);
    rmSync(path("run"));
    mkdirSync(path("run"));
    fresh.refresh();
    expect(errors.slice(1)).toEqual([undefined]);
  });

  it("says of two entries that cannot be looked at which is the first, and how many more", () => {
    for (const name of ["c", "b"]) symlinkSync(path("run/c"), path(`run/${name}`));
    names().refresh();
    expect(errors).toEqual([expect.stringMatching(/^stat [^ ]*\/run\/b and 1 more: ELOOP.*; shown by inode number$/)]);
  });

  it("asks for no capability where none would help", () => {
    for (const codes of [[], ["ELOOP"], ["EIO", "ELOOP"]]) {
      expect(hintFor(new Set(codes))).toBe("shown by inode number");
    }
    expect(hintFor(new Set(["ELOOP", "EACCES"]))).toMatch(/^shown by inode number; name a namespace with ip netns/);
  });

  it("has nothing to say of a dangling link, or of a file where a folder is looked for", () => {
    symlinkSync(path("nowhere"), path("run/dangling"));
    rmSync(path("docker"), { recursive: true });
    make("docker");
    const blue = make("run/zebra");
    expect(label(blue)).toBe("zebra");
    expect(errors).toEqual([]);
  });

  it("names nothing while there is no namespace to compare with", () => {
    const inode = make("run/blue");
    const fresh = names(path("no-reference"));
    fresh.refresh();
    fresh.refresh();
    expect(fresh.label({ inode, isFirst: false })).toBe(String(inode));
    expect(errors).toEqual([
      expect.stringMatching(/^stat [^ ]*no-reference: ENOENT.*; namespaces are shown by inode number$/),
    ]);
  });

  it("knows no name before it has looked", () => {
    const inode = make("run/blue");
    expect(names().label({ inode, isFirst: false })).toBe(String(inode));
  });

  describe("of entries that cannot be looked at", () => {
    const loop = (name: string) => symlinkSync(path(name), path(name));
    /** The name it leads to is longer than any can be. */
    const overlong = (name: string) => symlinkSync("x".repeat(300), path(name));

    it("complains for each folder", () => {
      loop("run/a");
      loop("docker/a");
      names().refresh();
      expect(errors).toEqual([expect.stringMatching(/\/run\/a: ELOOP/), expect.stringMatching(/\/docker\/a: ELOOP/)]);
    });

    it("complains anew when there is another reason, and not when other entries have the same reasons", () => {
      loop("run/a");
      const fresh = names();
      fresh.refresh();
      overlong("run/b");
      fresh.refresh();
      expect(errors).toHaveLength(2);
      expect(errors[1]).toMatch(/^stat [^ ]*\/run\/a and 1 more: ELOOP/);
      for (const name of ["run/a", "run/b"]) rmSync(path(name));
      overlong("run/a");
      loop("run/b");
      fresh.refresh();
      expect(errors).toHaveLength(2);
    });
  });
});

describe("the places of namespaces", () => {
  it("are iproute2's folder and Docker's, which the service can reach by the door that its unit makes", () => {
    const unit = readFileSync(projectPath("systemd/tablesnoopd.service"), "utf8");
    const [, from, to] = /^BindReadOnlyPaths=-?([^:\n]*docker[^:\n]*):([^:\n]*)/m.exec(unit) ?? [];
    expect(PLACES.folders).toEqual(["/run/netns", from]);
    expect([...(PLACES.doors ?? [])]).toEqual([[from, to]]);
  });

  it("are compared with the namespace of the process itself", () => {
    expect(statSync(PLACES.reference).dev).toBe(statSync(`/proc/${process.pid}/ns/net`).dev);
    expect(statSync(PLACES.reference).ino).toBe(statSync(`/proc/${process.pid}/ns/net`).ino);
  });
});
