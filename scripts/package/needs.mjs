// What programs need of the system's libraries, as their ELF headers say; readelf reads those of every architecture.

import { run, SetupError } from "../setup/child.mjs";

/**
 * Fails unless the programs for one architecture need the same libraries as those for another, and no newer ones: what
 * dpkg-shlibdeps said of the first, which it can read, then holds for the second.
 * @param {readonly string[]} known
 * @param {readonly string[]} others
 */
export function requireSameNeeds(known, others) {
  const [here, there] = [needsOf(known), needsOf(others)];
  const more = [...there.libraries].filter((name) => !here.libraries.has(name));
  const newer = [...there.newest].filter(([name, version]) => isNewer(version, here.newest.get(name) ?? "0"));
  if (more.length === 0 && newer.length === 0) return;
  const words = [...more, ...newer.map(([name, version]) => `${name}_${version}`)].join(", ");
  throw new SetupError(`package ${others.join(" and ")}: needs more than its counterpart for x86-64: ${words}`);
}

/** @param {readonly string[]} files */
function needsOf(files) {
  const text = run("read what programs need", ["readelf", "-dVW", ...files]);
  const libraries = [...text.matchAll(/\(NEEDED\)\s+Shared library: \[([^\]]+)\]/g)].map((match) => match[1] ?? "");
  /** @type {Map<string, string>} */
  const newest = new Map();
  for (const [, name = "", version = ""] of text.matchAll(/Name: (GLIBC|GLIBCXX|CXXABI|LIBBPF)_([\d.]+)/g)) {
    if (isNewer(version, newest.get(name) ?? "0")) newest.set(name, version);
  }
  // The loader has another name on each architecture, and is libc's.
  return { libraries: new Set(libraries.filter((name) => !name.startsWith("ld-linux"))), newest };
}

/**
 * @param {string} version
 * @param {string} than
 */
function isNewer(version, than) {
  const [left, right] = [version.split(".").map(Number), than.split(".").map(Number)];
  for (let place = 0; place < Math.max(left.length, right.length); place++) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
