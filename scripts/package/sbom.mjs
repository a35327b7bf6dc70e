// The list of all that the packages are made of, in CycloneDX's form: what npm knows from the lock file, and what it
// cannot know. Nothing in it depends on when and where it was made.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { run } from "../setup/child.mjs";
import { bundledPackages } from "./bundled.mjs";
import { nodePackage } from "./node_runtime.mjs";

/**
 * @param {string} root
 * @param {import("./release.mjs").Release} release
 * @param {string} program the folder with dist/ and, if the runtime is in the package, node
 * @param {import("./architecture.mjs").Architecture} architecture
 */
export function sbomText(root, { version, epoch }, program, architecture) {
  const flags = ["--package-lock-only", "--sbom-format=cyclonedx", "--loglevel=error"];
  const bom = JSON.parse(run("list the Node packages of the program", ["npm", "sbom", ...flags], { cwd: root }));
  // npm's own list without the developers' packages lacks those that developers need as well.
  const bundled = new Set(bundledPackages(root).map((one) => `${one.name}@${one.version}`));
  const hasRuntime = existsSync(path.join(program, "node"));
  const own = [
    file(program, "dist/tablesnoop.node", "Node-API addon over libbpf"),
    file(program, "dist/tablesnoop.bpf.o", "BPF programs, loaded into the kernel"),
    libbpf(),
    libmnl(),
    ...(hasRuntime ? [runtime(architecture)] : []),
  ];
  const ownReferences = own.map((component) => component["bom-ref"]);
  /** @param {{ "bom-ref": string }} component */
  const isBundled = (component) => bundled.has(component["bom-ref"]);
  /** @param {{ ref: string, dependsOn: readonly string[] }} of */
  const dependenciesOfBundled = ({ ref, dependsOn }) => {
    const isRoot = ref === `tablesnoop@${version}`;
    if (!isRoot && !bundled.has(ref)) return [];
    const inside = dependsOn.filter((other) => bundled.has(other));
    return { ref, dependsOn: [...inside, ...(isRoot ? ownReferences : [])].sort() };
  };
  bom.metadata.timestamp = new Date(epoch * 1000).toISOString();
  bom.metadata.tools = [{ vendor: "npm", name: "cli" }];
  bom.metadata.lifecycles = [{ phase: "build" }];
  // npm takes the name of the folder.
  bom.metadata.component.name = "tablesnoop";
  bom.metadata.component.type = "application";
  bom.components = [...bom.components.filter(isBundled), ...own].sort(byReference);
  bom.dependencies = bom.dependencies.flatMap(dependenciesOfBundled);
  bom.dependencies.push(...own.map((component) => ({ ref: component["bom-ref"], dependsOn: [] })));
  delete bom.serialNumber;
  return `${JSON.stringify({ ...bom, serialNumber: serialNumber(JSON.stringify(bom)) }, null, 2)}\n`;
}

/**
 * @param {string} program
 * @param {string} name
 * @param {string} description
 */
function file(program, name, description) {
  const content = createHash("sha256")
    .update(readFileSync(path.join(program, name)))
    .digest("hex");
  return { "bom-ref": `file:${name}`, type: "file", name, description, hashes: [{ alg: "SHA-256", content }] };
}

function libbpf() {
  return {
    "bom-ref": "libbpf",
    type: "library",
    name: "libbpf",
    description: "linked dynamically as libbpf.so.1: the system's, not in the packages",
    scope: "required",
    purl: "pkg:deb/debian/libbpf1",
    licenses: [{ expression: "LGPL-2.1-only OR BSD-2-Clause" }],
  };
}

function libmnl() {
  return {
    "bom-ref": "libmnl",
    type: "library",
    name: "libmnl",
    description: "linked dynamically as libmnl.so.0: the system's, not in the packages",
    scope: "required",
    purl: "pkg:deb/debian/libmnl0",
    licenses: [{ expression: "LGPL-2.1-or-later" }],
  };
}

/** @param {import("./architecture.mjs").Architecture} architecture */
function runtime(architecture) {
  const { name, version, integrity } = nodePackage(architecture);
  const content = Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex");
  return {
    "bom-ref": `node@${version}`,
    type: "platform",
    name: "node",
    version,
    description: "Node.js runtime, the official binary from the archive with this hash, without its symbol table",
    scope: "required",
    purl: `pkg:npm/${name}@${version}`,
    hashes: [{ alg: "SHA-512", content }],
    licenses: [{ license: { id: "MIT" } }],
  };
}

/**
 * @param {{ "bom-ref": string }} a
 * @param {{ "bom-ref": string }} b
 */
function byReference(a, b) {
  return a["bom-ref"] < b["bom-ref"] ? -1 : 1;
}

/**
 * A UUID made of the content, as version 8 allows.
 * @param {string} content
 */
function serialNumber(content) {
  const hex = createHash("sha256").update(content).digest("hex");
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
