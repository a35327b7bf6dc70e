// The Debian package, by dpkg-deb alone: a tree, the control files, and what the linker says it depends on.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run, SetupError } from "../setup/child.mjs";
import { MAINTAINER } from "./maintainer.mjs";
import { isExecutable } from "./system_tree.mjs";
import { copy, filesBelow, put, settle } from "./tree.mjs";

const CONTROL_SOURCES = fileURLToPath(new URL("debian", import.meta.url));
const MAINTAINER_SCRIPTS = ["postinst", "prerm", "postrm"];
const DEFAULTS = "etc/default/tablesnoopd";
/** What systemd-sysusers, which makes the group, comes with. */
const SYSUSERS = "systemd | systemd-standalone-sysusers | systemd-sysusers";
/** What groupdel comes with, which takes the group away: the smallest Debian 13 lacks it. */
const GROUPDEL = "passwd";
const DESCRIPTION = `counts the route and rule lookups of the kernel for Prometheus
 tablesnoopd watches every FIB table lookup and every policy-rule lookup of the
 Linux kernel with eBPF: IPv4 and IPv6, in every network namespace, without
 entering any of them. It counts them by table, egress device and result, and
 serves the counts to Prometheus on port 10074.
 .
 The command tablesnoop prints the lookups as they happen. Dashboards for
 Grafana and rules for Prometheus are in /usr/share/tablesnoop.
 .
 The package brings its own Node.js runtime.`;

/** xz's levels above 1 make the package a tenth smaller and take five times as long. */
const COMPRESSION = ["-Zxz", "-z1"];

/**
 * Completes the tree around `tree`/usr and writes the package.
 * @param {string} tree
 * @param {string} root of the clone
 * @param {import("./release.mjs").Release} release
 * @param {string} output
 * @param {{ architecture: import("./architecture.mjs").Architecture, depends: string }} of `depends` as libraryPackages() says
 */
export function writeDeb(tree, root, { version, epoch }, output, { architecture, depends }) {
  placeUnits(tree, root);
  put(
    path.join(tree, "usr/share/lintian/overrides/tablesnoop"),
    readFileSync(path.join(CONTROL_SOURCES, "lintian-overrides")),
  );

  const control = path.join(tree, "DEBIAN");
  const files = filesBelow(tree);
  const fields = {
    Package: "tablesnoop",
    Version: version,
    Architecture: architecture.debian,
    Maintainer: MAINTAINER,
    "Installed-Size": `${installedKib(tree, files)}`,
    Depends: [depends, SYSUSERS, GROUPDEL].join(", "),
    Section: "net",
    Priority: "optional",
    Description: DESCRIPTION,
  };
  put(
    path.join(control, "control"),
    Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join(""),
  );
  put(path.join(control, "conffiles"), `/${DEFAULTS}\n`);
  put(
    path.join(control, "md5sums"),
    files
      .filter((file) => file !== DEFAULTS)
      .map((file) => md5Line(tree, file))
      .join(""),
  );
  for (const script of MAINTAINER_SCRIPTS) copy(path.join(CONTROL_SOURCES, script), path.join(control, script));

  settle(
    tree,
    epoch,
    (file) => isExecutable(file.replace(/^usr\//, "")) || MAINTAINER_SCRIPTS.includes(path.basename(file)),
  );
  const env = { ...process.env, SOURCE_DATE_EPOCH: `${epoch}`, LC_ALL: "C" };
  run("write the Debian package", ["dpkg-deb", "--root-owner-group", ...COMPRESSION, "--build", tree, output], { env });
}

/**
 * @param {string} tree
 * @param {string} root
 */
function placeUnits(tree, root) {
  for (const unit of ["tablesnoopd.service", "tablesnoopd.socket"]) {
    copy(path.join(root, "systemd", unit), path.join(tree, "lib/systemd/system", unit));
  }
  copy(path.join(root, "systemd/tablesnoop.sysusers"), path.join(tree, "usr/lib/sysusers.d/tablesnoop.conf"));
  copy(path.join(root, "systemd/tablesnoopd.default"), path.join(tree, DEFAULTS));
  const service = readFileSync(path.join(tree, "lib/systemd/system/tablesnoopd.service"), "utf8");
  const program = /^ExecStart=[-@:+!]*(\S+)/m.exec(service)?.[1] ?? "";
  if (!existsSync(path.join(tree, program))) {
    throw new SetupError(`package the unit: its ExecStart is ${program || "missing"}, which the package does not have`);
  }
}

/**
 * What is linked with the system's libraries.
 * @param {string} tree
 */
export function linkedPrograms(tree) {
  return ["dist/tablesnoop.node", "node"].map((file) => path.join(tree, "usr/lib/tablesnoop", file));
}

/**
 * The packages of the libraries that the addon and the runtime are linked with, as those packages say.
 * @param {string} tree
 * @param {string} scratch an empty folder
 */
export function libraryPackages(tree, scratch) {
  // dpkg-shlibdeps will not begin without the source package's control file.
  put(path.join(scratch, "debian/control"), "Source: tablesnoop\n\nPackage: tablesnoop\nArchitecture: any\n");
  const programs = linkedPrograms(tree).map((file) => `-e${file}`);
  const output = run("find what the programs depend on", ["dpkg-shlibdeps", "--warnings=0", "-O", ...programs], {
    cwd: scratch,
  });
  const found = /^shlibs:Depends=(.+)$/m.exec(output)?.[1];
  if (found === undefined) throw new SetupError(`find what the programs depend on: dpkg-shlibdeps said ${output}`);
  return found;
}

/**
 * @param {string} tree
 * @param {readonly string[]} files
 */
function installedKib(tree, files) {
  return files.reduce((sum, file) => sum + Math.ceil(statSync(path.join(tree, file)).size / 1024), 0);
}

/**
 * @param {string} tree
 * @param {string} file
 */
function md5Line(tree, file) {
  return `${createHash("md5")
    .update(readFileSync(path.join(tree, file)))
    .digest("hex")}  ${file}\n`;
}
