import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { RtProtocols } from "../../../daemon/netns/rt_protocols.js";

test("protocols are named by rt_protos and its drop-ins, and a fault is told by their name", () => {
  const root = mkdtempSync(join(tmpdir(), "rt-protos-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const errors: (string | undefined)[] = [];
  const protocols = new RtProtocols((error) => errors.push(error?.message), root);
  const folder = join(root, "etc/iproute2");
  mkdirSync(join(folder, "rt_protos.d"), { recursive: true });
  writeFileSync(join(folder, "rt_protos"), "77 ours\n");
  writeFileSync(join(folder, "rt_protos.d/x.conf"), "78 theirs\n");
  writeFileSync(join(folder, "rt_tables"), "79 a_table\n");
  protocols.refresh();
  expect([77, 78, 79].map((id) => protocols.names.name(id))).toEqual(["ours", "theirs", "79"]);
  rmSync(join(folder, "rt_protos"));
  mkdirSync(join(folder, "rt_protos"));
  protocols.refresh();
  expect(errors).toEqual([expect.stringContaining("the protocol names known so far are kept")]);
});

test("they are those of this machine's files unless it is told others", () => {
  const [own, same] = [new RtProtocols(() => undefined), new RtProtocols(() => undefined, "/")];
  for (const one of [own, same]) one.refresh();
  const names = ({ names }: RtProtocols) => Array.from({ length: 256 }, (_, id) => names.name(id));
  expect(names(own)).toEqual(names(same));
});
