// The container image, as an OCI archive made of files and a manifest: no container engine has a part in it. One layer has
// the libraries that the program is linked with, out of this Debian; the other has the program and its Node.js.

import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { run, SetupError } from "../setup/child.mjs";
import { compress, writeTar } from "./archive.mjs";
import { copy, put, settle } from "./tree.mjs";

const PROGRAM = "usr/lib/tablesnoop";
const NODE = `${PROGRAM}/node`;
const ADDON = `${PROGRAM}/dist/tablesnoop.node`;
const MEDIA = "application/vnd.oci.image";

/** Files that libraries look for; nobody logs in. */
const ETC = {
  "etc/passwd": "root:x:0:0:root:/:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n",
  "etc/group": "root:x:0:\nnogroup:x:65534:\n",
  "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
};

/**
 * @param {string} tree as the .deb was made of it
 * @param {import("./release.mjs").Release} release
 * @param {string} output ends in .tar
 * @param {string} scratch an empty folder
 */
export function writeImage(tree, release, output, scratch) {
  const image = path.join(scratch, "image");
  const layers = [
    { comment: "libraries of Debian", root: libraryTree(tree, path.join(scratch, "libraries")) },
    { comment: "tablesnoop and Node.js", root: programTree(tree, path.join(scratch, "program")) },
  ].map(({ comment, root }) => ({ comment, ...writeLayer(image, root, release) }));
  const created = new Date(release.epoch * 1000).toISOString();
  const config = putBlob(image, `${MEDIA}.config.v1+json`, {
    created,
    architecture: "amd64",
    os: "linux",
    config: {
      Entrypoint: [`/${NODE}`, `/${PROGRAM}/dist/program/tablesnoopd.js`],
      ExposedPorts: { "10074/tcp": {} },
      WorkingDir: "/",
      Labels: labels(release),
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ comment }) => ({ created, comment })),
  });
  const manifest = putBlob(image, `${MEDIA}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${MEDIA}.manifest.v1+json`,
    config,
    layers: layers.map(({ descriptor }) => descriptor),
    annotations: labels(release),
  });
  put(path.join(image, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  const reference = { "org.opencontainers.image.ref.name": release.version };
  put(
    path.join(image, "index.json"),
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${MEDIA}.index.v1+json`,
      manifests: [{ ...manifest, platform: { architecture: "amd64", os: "linux" }, annotations: reference }],
    }),
  );
  settle(image, release.epoch, () => false);
  writeTar(image, output, release, ["oci-layout", "index.json", "blobs"]);
}

/** @param {import("./release.mjs").Release} release */
function labels({ version, revision }) {
  return {
    "org.opencontainers.image.title": "tablesnoop",
    "org.opencontainers.image.description": "Counts the route and rule lookups of the Linux kernel for Prometheus",
    "org.opencontainers.image.licenses": "BSD-2-Clause",
    "org.opencontainers.image.version": version,
    ...(revision !== "" && { "org.opencontainers.image.revision": revision }),
  };
}

/**
 * What node and the addon are linked with, with the licences of the Debian packages it comes from.
 * @param {string} tree
 * @param {string} root
 */
function libraryTree(tree, root) {
  const files = new Set([NODE, ADDON].flatMap((file) => linkedFiles(path.join(tree, file))));
  /** @type {Set<string>} */
  const packages = new Set();
  for (const file of files) {
    copy(realpathSync(file), path.join(root, file));
    packages.add(owner(file));
  }
  for (const name of packages) {
    copy(realpathSync(`/usr/share/doc/${name}/copyright`), path.join(root, "usr/share/doc", name, "copyright"));
  }
  for (const [file, text] of Object.entries(ETC)) put(path.join(root, file), text);
  return root;
}

/**
 * Libraries by the paths under which the loader finds them, and the loader itself.
 * @param {string} program
 */
function linkedFiles(program) {
  const lines = run("find the libraries of the image", ["ldd", program]).split("\n");
  return lines.flatMap((line) => {
    if (line.includes("not found")) throw new SetupError(`find the libraries of the image: ${line.trim()}`);
    const file = /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1];
    return file === undefined ? [] : [file];
  });
}

/**
 * dpkg knows a file under /lib or under /usr/lib, by the age of the package.
 * @param {string} file
 */
function owner(file) {
  for (const name of [
    file,
    realpathSync(file),
    file.replace(/^\/lib/, "/usr/lib"),
    realpathSync(file).replace(/^\/usr/, ""),
  ]) {
    try {
      return run("find the package of a library", ["dpkg-query", "-S", name], { keepStderr: true }).split(":")[0] ?? "";
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
    }
  }
  throw new SetupError(`find the package of ${file}: dpkg knows none; make the image on Debian`);
}

/**
 * @param {string} tree
 * @param {string} root
 */
function programTree(tree, root) {
  for (const part of [PROGRAM, "usr/share/doc/tablesnoop/copyright", "usr/share/doc/tablesnoop/sbom.cdx.json"]) {
    copy(path.join(tree, part), path.join(root, part));
  }
  // What is mounted there: see deploy/.
  for (const folder of ["run/netns", "run/docker/netns", "etc/iproute2", "dev", "proc", "sys", "tmp"]) {
    mkdirSync(path.join(root, folder), { recursive: true });
  }
  return root;
}

/**
 * @param {string} image
 * @param {string} root
 * @param {import("./release.mjs").Release} release
 */
function writeLayer(image, root, release) {
  settle(root, release.epoch, (file) => file === NODE || /^lib64\/ld-/.test(file));
  const plain = `${root}.tar`;
  writeTar(root, plain, release, ["."]);
  const diffId = `sha256:${digestOf(plain)}`;
  compress(plain);
  const packed = `${plain}.gz`;
  const descriptor = {
    mediaType: `${MEDIA}.layer.v1.tar+gzip`,
    digest: `sha256:${digestOf(packed)}`,
    size: statSync(packed).size,
  };
  const place = blobPath(image, descriptor.digest);
  mkdirSync(path.dirname(place), { recursive: true });
  if (!existsSync(place)) copyFileSync(packed, place);
  rmSync(packed);
  return { diffId, descriptor };
}

/**
 * @param {string} image
 * @param {string} mediaType
 * @param {object} value
 */
function putBlob(image, mediaType, value) {
  const text = Buffer.from(JSON.stringify(value));
  const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
  put(blobPath(image, digest), text);
  return { mediaType, digest, size: text.length };
}

/**
 * @param {string} image
 * @param {string} digest
 */
function blobPath(image, digest) {
  return path.join(image, "blobs", digest.replace(":", "/"));
}

/** @param {string} file */
function digestOf(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
