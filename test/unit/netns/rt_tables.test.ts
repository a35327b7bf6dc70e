import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
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
});
