import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Folder } from "../../../daemon/netns/folder.js";

/** As many new entries that are none are looked at in one refresh. */
const MOST_NEW = 500;
/** And as many old ones. */
const MOST_AGAIN = 200;

describe("Folder", () => {
  let root = "";
  const path = (name: string) => join(root, name);
  /** A plain file stands for a mounted namespace, a link to itself for an entry that cannot be looked at. */
  const mount = (name: string): number => {
    rmSync(path(name), { force: true });
    writeFileSync(path(name), "");
    return statSync(path(name)).ino;
  };
  const loop = (name: string) => symlinkSync(path(name), path(name));
  const numbered = (count: number, make: (name: string) => void) =>
    Array.from({ length: count }, (_, at) => {
      const name = `n${String(at).padStart(4, "0")}`;
      make(name);
      return name;
    });
  const device = () => statSync(root).dev;
  const found = (folder: Folder, names: readonly string[]) =>
    folder.namespaces(names, device()).map(({ name }) => name);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "netns-folder-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("gives the namespaces among its entries with their inodes, in the order asked for", () => {
    const inodes = new Map(["b", "a"].map((name) => [name, mount(name)]));
    const folder = new Folder(root);
    for (let round = 0; round < 2; round += 1) {
      expect(folder.namespaces(["b", "gone", "a"], device())).toEqual(
        ["b", "a"].map((name) => ({ name, inode: inodes.get(name) })),
      );
    }
    expect(folder.unreadable()).toBeUndefined();
  });

  it("has none while nobody knows on which file system they are", () => {
    mount("a");
    expect(new Folder(root).namespaces(["a"], undefined)).toEqual([]);
    expect(new Folder(root).namespaces(["gone"], undefined)).toEqual([]);
    expect(new Folder(root).namespaces(["a"], device() + 1)).toEqual([]);
  });

  it("notices what is mounted over an entry, and what is taken away again", () => {
    const folder = new Folder(root);
    loop("a");
    expect(found(folder, ["a"])).toEqual([]);
    mount("a");
    expect(found(folder, ["a"])).toEqual(["a"]);
    expect(folder.unreadable()).toBeUndefined();
    rmSync(path("a"));
    expect(found(folder, ["a"])).toEqual([]);
  });

  it("tells of the first by name that cannot be looked at, of how many, and of all their errors", () => {
    const folder = new Folder(root);
    for (const name of ["b", "c", "a"]) loop(name);
    mount("file");
    mount("0");
    found(folder, ["b", "c", "a", "0", "file/below", "gone"]);
    expect(folder.unreadable()).toEqual({
      name: "a",
      error: expect.objectContaining({ code: "ELOOP" }),
      count: 4,
      codes: new Set(["ELOOP", "ENOTDIR"]),
    });
  });

  it("forgets what is no entry any more", () => {
    const folder = new Folder(root);
    for (const name of ["a", "b"]) loop(name);
    found(folder, ["a", "b"]);
    found(folder, ["b"]);
    expect(folder.unreadable()).toMatchObject({ name: "b", count: 1 });
    found(folder, []);
    expect(folder.unreadable()).toBeUndefined();
  });

  it("looks at every namespace in every refresh, however many there are", () => {
    const folder = new Folder(root);
    const names = numbered(MOST_NEW + 100, mount);
    expect(found(folder, names)).toEqual(names);
    expect(found(folder, names)).toEqual(names);
  });

  it("puts off new entries behind five hundred that are none, and tells of none before it has seen them all", () => {
    const folder = new Folder(root);
    const names = [...numbered(MOST_NEW, loop), "z"];
    mount("z");
    expect(found(folder, names)).toEqual([]);
    expect(folder.unreadable()).toBeUndefined();
    expect(found(folder, names)).toEqual(["z"]);
    expect(folder.unreadable()).toMatchObject({ name: "n0000", count: MOST_NEW });
  });

  it("counts among the five hundred no entry that it knew before", () => {
    const folder = new Folder(root);
    const old = numbered(MOST_AGAIN, loop);
    found(folder, old);
    const fresh = numbered(MOST_NEW - 1, (name) => loop(`x${name}`)).map((name) => `x${name}`);
    mount("z");
    expect(found(folder, [...old, ...fresh, "z"])).toEqual(["z"]);
  });

  it("puts off nothing behind one less than five hundred", () => {
    const folder = new Folder(root);
    const names = [...numbered(MOST_NEW - 1, loop), "z"];
    mount("z");
    expect(found(folder, names)).toEqual(["z"]);
    expect(folder.unreadable()).toMatchObject({ count: MOST_NEW - 1 });
  });

  it("looks at two hundred that were none in each refresh, those first that it has not looked at for longest", () => {
    const folder = new Folder(root);
    const names = numbered(2 * MOST_AGAIN, loop);
    found(folder, names);
    const last = names.at(-1) ?? "";
    const first = names[0] ?? "";
    mount(last);
    mount(first);
    expect(found(folder, names)).toEqual([first]);
    expect(found(folder, names)).toEqual([first, last]);
    // What was looked at goes to the end of the turn.
    mount(names[1] ?? "");
    expect(found(folder, names)).toEqual([first, names[1], last]);
  });
});

const CROWD_DEVICE = 4;
const CROWD = Array.from({ length: 10_000 }, (_, n) => `loop-${n}`);

it("looks at a few hundred of ten thousand entries that loop, the first times and later", () => {
  let looks = 0;
  const folder = new Folder("/run/netns", () => {
    looks += 1;
    throw Object.assign(new Error("too many symbolic links"), { code: "ELOOP" });
  });
  for (let refresh = 0; refresh < 100; refresh += 1) {
    looks = 0;
    folder.namespaces(CROWD, CROWD_DEVICE);
    expect(looks, `refresh ${refresh}`).toBeLessThanOrEqual(700);
  }
  expect(folder.unreadable()).toMatchObject({ count: 10_000, codes: new Set(["ELOOP"]) });
});

it("finds a namespace mounted over one of ten thousand entries that were none, within fifty refreshes", () => {
  let mounted = "";
  const folder = new Folder("/run/netns", (path) => ({
    dev: path.endsWith(`/${mounted}`) ? CROWD_DEVICE : 1,
    ino: 23,
  }));
  for (let refresh = 0; refresh < 20; refresh += 1) folder.namespaces(CROWD, CROWD_DEVICE);
  mounted = "loop-9999";
  const found = Array.from({ length: 50 }, () => folder.namespaces(CROWD, CROWD_DEVICE)).flat();
  expect(found).toContainEqual({ name: mounted, inode: 23 });
});
