// The relocatable tarball: what the .deb has below /usr, and its units as samples, under one folder.

import { compress, writeTar } from "./archive.mjs";

/**
 * @param {string} tree as the .deb was made of it
 * @param {string} name of the one folder in the tarball
 * @param {import("./release.mjs").Release} release
 * @param {string} output ends in .tar.gz
 */
export function writeTarball(tree, name, release, output) {
  const tar = output.replace(/\.gz$/, "");
  const samples = `${name}/share/tablesnoop/systemd`;
  const moves = [
    `^usr/lib/sysusers.d/tablesnoop.conf,${samples}/tablesnoop.sysusers`,
    `^usr,${name}`,
    `^lib/systemd/system,${samples}`,
    `^etc/default/tablesnoopd,${samples}/tablesnoopd.default`,
  ];
  const parts = [
    "usr/bin",
    "usr/lib/tablesnoop",
    "usr/share",
    "usr/lib/sysusers.d/tablesnoop.conf",
    "lib/systemd/system",
    "etc/default/tablesnoopd",
  ];
  writeTar(tree, tar, release, parts, [
    "--exclude=usr/share/lintian",
    ...moves.map((move) => `--transform=flags=r;s,${move},`),
  ]);
  compress(tar);
}
