import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RtTables } from "../../../daemon/netns/rt_tables.js";

describe("RtTables", () => {
  let root = "";
  let errors: (string | undefined)[] = [];
  let tables = new RtTables(() => undefined);

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const name = (id: number) => {
    tables.refresh();
    return tables.names.name(id);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "rt-tables-"));
    errors = [];
    tables = new RtTables((error) => errors.push(error?.message), root);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("knows the built-in tables without any file, and finds nothing wrong with that", () => {
    expect(name(254)).toBe("main");
    expect(errors).toEqual([]);
  });

  it("reads this machine's files unless it is told others", () => {
    const [own, same] = [new RtTables(() => undefined), new RtTables(() => undefined, "/")];
    for (const one of [own, same]) one.refresh();
    expect([...own.names.entries()]).toEqual([...same.names.entries()]);
  });

  it("reads both places and their drop-ins, and lets /etc win", () => {
    write("usr/share/iproute2/rt_tables", "10 shared\n11 shipped\n");
    write("usr/share/iproute2/rt_tables.d/a.conf", "12 shipped_drop_in\n");
    write("etc/iproute2/rt_tables", "10 ours");
    write("etc/iproute2/rt_tables.d/b.conf", "11 drop_in\n13 b\n");
    write("etc/iproute2/rt_tables.d/a.conf", "13 a\n");
    write("etc/iproute2/rt_tables.d/README", "14 not_a_conf\n");
    expect([10, 11, 12, 13, 14].map(name)).toEqual(["ours", "drop_in", "shipped_drop_in", "a", "14"]);
  });

  it("notices a changed file, a new drop-in, a replaced one and a deleted one", () => {
    write("etc/iproute2/rt_tables", "10 before\n");
    expect(name(10)).toBe("before");
    write("etc/iproute2/rt_tables", "10 afterwards\n");
    expect(name(10)).toBe("afterwards");
    write("etc/iproute2/rt_tables.d/x.conf", "20 one\n");
    expect(name(20)).toBe("one");
    write("etc/iproute2/fresh", "20 two\n");
    renameSync(join(root, "etc/iproute2/fresh"), join(root, "etc/iproute2/rt_tables.d/x.conf"));
    expect(name(20)).toBe("two");
    rmSync(join(root, "etc/iproute2/rt_tables.d/x.conf"));
    expect(name(20)).toBe("20");
  });

  it("keeps the names until an unreadable file can be read again, and complains once", () => {
    write("etc/iproute2/rt_tables", "10 kept\n");
    expect(name(10)).toBe("kept");
    rmSync(join(root, "etc/iproute2/rt_tables"));
    mkdirSync(join(root, "etc/iproute2/rt_tables"));
    expect([name(10), name(10)]).toEqual(["kept", "kept"]);
    expect(errors).toEqual([expect.stringMatching(/^read .*rt_tables: EISDIR.*; .*kept$/)]);
    rmSync(join(root, "etc/iproute2/rt_tables"), { recursive: true });
    write("etc/iproute2/rt_tables", "10 again\n");
    expect(name(10)).toBe("again");
    rmSync(join(root, "etc/iproute2/rt_tables"));
    mkdirSync(join(root, "etc/iproute2/rt_tables"));
    expect(name(10)).toBe("again");
    expect(errors).toEqual([errors[0], undefined, errors[0]]);
  });

  it("makes nothing anew while no file has changed", () => {
    write("etc/iproute2/rt_tables", "10 ten\n");
    write("etc/iproute2/rt_tables.d/a.conf", "11 eleven\n");
    tables.refresh();
    const before = tables.names;
    tables.refresh();
    expect(tables.names).toBe(before);
  });

  it("notices a text of the same length, and one that bears the old time", () => {
    const path = join(root, "etc/iproute2/rt_tables");
    const setTime = (seconds: number) => utimesSync(path, seconds, seconds);
    write("etc/iproute2/rt_tables", "10 one\n");
    setTime(1000);
    expect(name(10)).toBe("one");
    write("etc/iproute2/rt_tables", "10 two\n");
    setTime(2000);
    expect(name(10)).toBe("two");
    write("etc/iproute2/rt_tables", "10 three\n");
    setTime(2000);
    expect(name(10)).toBe("three");
    const { ino } = statSync(path);
    write("etc/iproute2/fresh", "10 seven\n");
    renameSync(join(root, "etc/iproute2/fresh"), path);
    setTime(2000);
    expect(statSync(path).ino).not.toBe(ino);
    expect(name(10)).toBe("seven");
  });

  it("keeps the names of drop-ins while their folder cannot be listed, and complains once", () => {
    const folder = join(root, "etc/iproute2/rt_tables.d");
    const breakFolder = () => {
      renameSync(folder, `${folder}.away`);
      symlinkSync(folder, folder);
    };
    const mendFolder = () => {
      rmSync(folder);
      renameSync(`${folder}.away`, folder);
    };
    write("etc/iproute2/rt_tables.d/a.conf", "10 kept\n");
    expect(name(10)).toBe("kept");
    breakFolder();
    expect([name(10), name(10)]).toEqual(["kept", "kept"]);
    expect(errors.filter((text) => text?.startsWith("list "))).toEqual([
      expect.stringMatching(/^list .*rt_tables\.d: ELOOP.*; the table names known so far are kept$/),
    ]);
    const told = errors.length;
    mendFolder();
    expect(name(10)).toBe("kept");
    expect(errors.slice(told)).toEqual(Array.from({ length: told }, () => undefined));
  });

  it("forgets drop-ins whose folder is gone", () => {
    write("etc/iproute2/rt_tables.d/a.conf", "10 gone\n");
    expect(name(10)).toBe("gone");
    rmSync(join(root, "etc/iproute2/rt_tables.d"), { recursive: true });
    expect(name(10)).toBe("10");
    expect(errors).toEqual([]);
  });

  it("knows the names of before while a folder was never listed", () => {
    mkdirSync(join(root, "etc/iproute2"), { recursive: true });
    symlinkSync(join(root, "etc/iproute2/rt_tables.d"), join(root, "etc/iproute2/rt_tables.d"));
    write("etc/iproute2/rt_tables", "10 ten\n");
    expect(name(10)).toBe("ten");
    expect(errors).toHaveLength(1);
  });

  it("does not run the last line of one file into the first of the next", () => {
    write("etc/iproute2/rt_tables", "10 ten");
    write("etc/iproute2/rt_tables.d/a.conf", "11 eleven");
    expect([name(10), name(11)]).toEqual(["ten", "eleven"]);
  });

  it("lets the first drop-in by name win, whatever the order of the folder", () => {
    for (const at of Array.from({ length: 20 }, (_, n) => (n * 7) % 20)) {
      write(`etc/iproute2/rt_tables.d/n${at}.conf`, `10 of_n${at}\n`);
    }
    expect(name(10)).toBe("of_n0");
  });
});
