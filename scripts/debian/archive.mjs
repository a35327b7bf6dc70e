// Debian's archive beyond what this machine installs from: newer suites and other architectures. An apt of its own, with
// its own sources and lists in the cache, so that nothing here becomes one of the machine's own sources. It believes only
// what Debian's keys have signed.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

/** By the label of the archive that carries them. */
const SUITES = new Map([
  ["Debian", ["bookworm", "trixie", "trixie-backports"]],
  ["Debian-Security", ["bookworm-security", "trixie-security"]],
]);
const ARCHITECTURES = ["amd64", "arm64"];
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const LISTS_LAST_MS = 6 * 3600 * 1000;
const TIMEOUT_MS = 280_000;

/** Why something cannot be had of the archive. */
export class ArchiveError extends Error {
  /**
   * @param {string} message
   * @param {boolean} curable whether something done on this machine would help; not so if the archive has no such package
   */
  constructor(message, curable) {
    super(message);
    this.curable = curable;
  }
}

/**
 * @typedef {object} DebianPackage
 * @property {string} name
 * @property {string} version
 */

/** Knows what the archive has. */
export class DebianArchive {
  #config;
  #suites;

  /**
   * @param {string} config file for apt, read after the machine's own
   * @param {readonly { suite: string, place: string }[]} suites
   */
  constructor(config, suites) {
    this.#config = config;
    this.#suites = suites;
  }

  /** Brings its lists up to date if they are older than some hours. Without a network old ones do. */
  static async open() {
    const folder = cachePath("apt");
    const suites = await suitesHere();
    const sources = suites.map((where) => `${sourceLine(where, ARCHITECTURES)}\n`).join("");
    for (const name of ["lists/partial", "cache/archives/partial"])
      mkdirSync(path.join(folder, name), { recursive: true });
    const config = path.join(folder, "apt.conf");
    keep(path.join(folder, "status"), "");
    keep(path.join(folder, "sources.list"), sources);
    keep(config, configuration(folder));
    const archive = new DebianArchive(config, suites);
    await archive.#update(path.join(folder, "updated"), `${sources}${ARCHITECTURES}`);
    return archive;
  }

  /**
   * Two at once would fight for apt's lock.
   * @param {string} stamp names the sources of the lists that are there
   * @param {string} sources
   */
  async #update(stamp, sources) {
    const isKnown = existsSync(stamp) && readFileSync(stamp, "utf8") === sources;
    if (isKnown && Date.now() - statSync(stamp).mtimeMs < LISTS_LAST_MS) return;
    const update = ["apt-get", "-c", this.#config, "-q", "-o", "APT::Update::Error-Mode=any", "update"];
    try {
      await run("flock", ["-w", "250", `${stamp}.lock`, ...update]);
    } catch (error) {
      if (isKnown) return;
      throw new ArchiveError(`read the lists of Debian's archive: ${words(error)}`, true);
    }
    writeFileSync(stamp, sources);
  }

  /**
   * Lines of sources.list for a release and its security updates. Throws ArchiveError if this machine has none of it.
   * @param {string} release such as bookworm
   * @param {string} architecture as Debian calls it
   */
  sources(release, architecture) {
    const wanted = [release, `${release}-security`];
    const found = this.#suites.filter(({ suite }) => wanted.includes(suite));
    if (found.length === 0) throw new ArchiveError(`use Debian's archive: apt here has no ${release} of it`, true);
    return found.map((where) => sourceLine(where, [architecture]));
  }

  /**
   * Names of the packages that begin so.
   * @param {string} prefix
   */
  async names(prefix) {
    const { stdout } = await run("apt-cache", ["-c", this.#config, "pkgnames", prefix]);
    return stdout.split("\n").filter((name) => name !== "");
  }

  /**
   * The version of each that the release has, else the newest; those that the archive does not have are left out.
   * @param {readonly string[]} names
   * @param {string} architecture as Debian calls it
   * @param {string} [release] such as bookworm
   * @returns {Promise<DebianPackage[]>}
   */
  async find(names, architecture, release) {
    if (names.length === 0) return [];
    const target = release === undefined ? [] : ["-o", `APT::Default-Release=${release}`];
    const asked = names.map((name) => `${name}:${architecture}`);
    // It fails when one of them is unknown, and shows the others all the same.
    const show = run("apt-cache", ["-c", this.#config, ...target, "show", "--no-all-versions", ...asked]);
    const shown = await show.catch((/** @type {{ stdout?: string }} */ { stdout }) => ({ stdout: stdout ?? "" }));
    return shown.stdout.split("\n\n").flatMap((stanza) => {
      const name = /^Package: (.*)$/m.exec(stanza)?.[1];
      const version = /^Version: (.*)$/m.exec(stanza)?.[1];
      return name && version ? [{ name, version }] : [];
    });
  }

  /**
   * The packages and all of their architecture that they depend on.
   * @param {readonly string[]} names
   * @param {string} architecture
   * @param {string} release
   * @returns {Promise<DebianPackage[]>}
   */
  async withDependencies(names, architecture, release) {
    const asked = names.map((name) => `${name}:${architecture}`);
    const options = ["-o", `APT::Default-Release=${release}`, "--no-install-recommends"];
    try {
      const { stdout } = await run("apt-get", ["-c", this.#config, ...options, "-s", "install", ...asked]);
      const planned = stdout.matchAll(new RegExp(`^Inst (\\S+?)(?::\\w+)? \\((\\S+) .*\\[${architecture}\\]\\)`, "gm"));
      return [...planned].map(([, name = "", version = ""]) => ({ name, version }));
    } catch (error) {
      throw new ArchiveError(`find what ${architecture} packages depend on: ${words(error)}`, true);
    }
  }

  /**
   * Downloads them and unpacks all into one folder; nothing of them is run.
   * @param {readonly DebianPackage[]} packages
   * @param {string} architecture
   * @param {string} folder
   */
  async unpack(packages, architecture, folder) {
    const files = path.join(folder, ".packages");
    mkdirSync(files, { recursive: true });
    const asked = packages.map(({ name, version }) => `${name}:${architecture}=${version}`);
    try {
      await run("apt-get", ["-c", this.#config, "-q", "download", ...asked], files);
    } catch (error) {
      throw new ArchiveError(`download ${packages.map(({ name }) => name).join(", ")}: ${words(error)}`, true);
    }
    await run("sh", ["-c", 'for file in .packages/*.deb; do dpkg -x "$file" . || exit; done; rm -r .packages'], folder);
  }
}

/**
 * Where things are kept between runs.
 * @param {string} name
 */
export function cachePath(name) {
  return path.join(process.env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache"), "tablesnoop", name);
}

/**
 * Where this machine has Debian's suites from.
 * @returns {Promise<{ suite: string, place: string }[]>}
 */
async function suitesHere() {
  if (!existsSync(KEYRING)) {
    throw new ArchiveError(`use Debian's archive: no ${KEYRING}; apt-get install debian-archive-keyring`, true);
  }
  const format = "$(LABEL)|$(REPO_URI)";
  const { stdout } = await run("apt-get", [
    "indextargets",
    "--format",
    format,
    "Origin: Debian",
    "Created-By: Packages",
  ]).catch((error) => {
    throw new ArchiveError(`use Debian's archive: ${words(error)}`, true);
  });
  const places = new Map(stdout.split("\n").map((line) => /** @type {[string, string]} */ (line.split("|"))));
  const found = [...SUITES].flatMap(([label, suites]) => {
    const place = places.get(label);
    return place === undefined ? [] : suites.map((suite) => ({ suite, place }));
  });
  if (found.length > 0) return found;
  throw new ArchiveError("use Debian's archive: apt here knows none; run apt-get update on a Debian", true);
}

/**
 * A line of sources.list.
 * @param {{ suite: string, place: string }} where
 * @param {readonly string[]} architectures
 */
function sourceLine({ suite, place }, architectures) {
  return `deb [arch=${architectures.join(",")} signed-by=${KEYRING}] ${place} ${suite} main`;
}

/**
 * Writes it unless it says so already: apt reads everything anew, for seconds, when one of its files is younger than its cache.
 * @param {string} file
 * @param {string} text
 */
function keep(file, text) {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

/** @param {string} folder */
function configuration(folder) {
  const settings = {
    "Dir::State::lists": `${folder}/lists`,
    "Dir::State::status": `${folder}/status`,
    "Dir::Cache": `${folder}/cache`,
    // Containers are set up to keep none, and reading all lists takes seconds each time.
    "Dir::Cache::pkgcache": "pkgcache.bin",
    "Dir::Cache::srcpkgcache": "srcpkgcache.bin",
    "Dir::Etc::sourcelist": `${folder}/sources.list`,
    "Dir::Etc::sourceparts": "-",
    "Dir::Etc::preferences": "-",
    "Dir::Etc::preferencesparts": "-",
    "Acquire::Languages": "none",
    "Acquire::AllowInsecureRepositories": "false",
    "APT::Get::AllowUnauthenticated": "false",
    // apt's own unprivileged user could not write into a home; the signature is checked either way.
    "APT::Sandbox::User": "root",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
  return `APT::Architectures { ${ARCHITECTURES.map((name) => `"${name}";`).join(" ")} };\n${lines.join("")}`;
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} [cwd]
 */
function run(program, args, cwd) {
  const env = { ...process.env, LC_ALL: "C" };
  return promisify(execFile)(program, [...args], { env, cwd, timeout: TIMEOUT_MS, maxBuffer: 256 * 1024 * 1024 });
}

/**
 * What apt complained of, or else that it failed.
 * @param {unknown} error
 */
function words(error) {
  const { stderr = "", message = String(error) } = /** @type {{ stderr?: string, message?: string }} */ (error);
  const complaints = stderr.split("\n").filter((line) => /^[EW]:/.test(line));
  return complaints.length > 0 ? complaints.join("\n") : message;
}
