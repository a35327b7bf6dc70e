import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BUILD_STEPS, build, fingerprint, outdatedSteps } from "../../scripts/build/steps.mjs";
import { SetupError } from "../../scripts/setup/child.mjs";
import { installedNames, installPackages, packagesFor, whyNotClang } from "../../scripts/setup/debian_packages.mjs";
import { parseOsRelease, whyNotBuild, whyNotRun } from "../../scripts/setup/machine.mjs";
import { sameTree } from "../../scripts/setup/node_modules.mjs";
import { failures, liveTests, summarise, summaryLine } from "../../scripts/test/summary.mjs";

const SETUP = fileURLToPath(new URL("../../scripts/setup/entry.mjs", import.meta.url));
const bookworm = { id: "debian", version: "12", name: "Debian GNU/Linux 12 (bookworm)" };

describe("the machine", () => {
  it("is read from os-release with and without quotes", () => {
    const text = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n';
    expect(parseOsRelease(text)).toEqual(bookworm);
    expect(parseOsRelease("").name).toBe("this system");
  });

  it.each([
    ["Debian 12", bookworm, ""],
    ["Debian testing, which has no number", { ...bookworm, version: "" }, ""],
    ["an unknown derivative", { id: "armbian", version: "5", name: "Armbian" }, ""],
    ["Debian 11", { id: "debian", version: "11", name: "Debian 11" }, "Debian 11 is not supported"],
    ["Ubuntu 22.04", { id: "ubuntu", version: "22.04", name: "Ubuntu 22.04" }, "Ubuntu 22.04 is not supported"],
    ["Ubuntu 24.04", { id: "ubuntu", version: "24.04", name: "Ubuntu 24.04" }, ""],
  ])("is judged by its release: %s", (_, release, reason) => {
    const why = whyNotBuild({ platform: "linux", arch: "x64", release });
    if (reason === "") expect(why).toBe("");
    else expect(why).toContain(reason);
  });

  it("must be Linux on x64 or arm64", () => {
    expect(whyNotBuild({ platform: "linux", arch: "arm64", release: bookworm })).toBe("");
    expect(whyNotBuild({ platform: "linux", arch: "s390x", release: bookworm })).toContain("s390x");
    expect(whyNotBuild({ platform: "darwin", arch: "arm64", release: bookworm })).toContain("darwin");
  });

  const LOOP = "BPF_FUNC_loop";
  const PERCPU = "BPF_FUNC_map_lookup_percpu_elem";
  it.each([
    [
      "5.15.0-1021-aws",
      [],
      "lacks bpf_loop (in Linux since 5.17) and bpf_map_lookup_percpu_elem (in Linux since 5.19)",
    ],
    ["5.18.0", [LOOP], "lacks bpf_map_lookup_percpu_elem (in Linux since 5.19); boot Linux 5.19 or newer"],
    ["5.19.0", [LOOP, PERCPU], ""],
    ["5.14.0-427.el9", [LOOP, PERCPU], ""],
    ["6.1.0-25-amd64", undefined, "/sys/kernel/btf/vmlinux"],
  ])("runs tablesnoopd on a kernel with the helpers, whatever its release: %s with %s", (kernel, helpers, reason) => {
    const why = whyNotRun({ kernel, types: helpers && Buffer.from(`\0int\0${[...helpers, ""].join("\0")}`) });
    if (reason === "") expect(why).toBe("");
    else expect(why).toContain(reason);
  });
});

describe("Debian packages", () => {
  it("count as installed only when dpkg says so", () => {
    const names = installedNames("clang installed\nmake config-files\nlibbpf1 installed\n");
    expect([...names]).toEqual(["clang", "libbpf1"]);
  });

  it("for the tests are not asked for by a plain start", () => {
    const names = packagesFor(["run", "build"], "x64", "debian").map((p) => p.name);
    expect(names).toContain("libbpf1");
    expect(names).not.toContain("bpftrace");
    expect(packagesFor(["test"], "x64", "debian").map((p) => p.name)).toContain("qemu-system-x86");
    expect(packagesFor(["test"], "arm64", "debian").map((p) => p.name)).not.toContain("qemu-system-x86");
  });

  it("are not asked for where the distribution has none of that name", () => {
    expect(packagesFor(["test"], "x64", "debian").map((p) => p.name)).toContain("chromium");
    expect(packagesFor(["test"], "x64", "ubuntu").map((p) => p.name)).not.toContain("chromium");
  });

  it("that are missing lead a plain user to the exact command for root", () => {
    const lines: string[] = [];
    const install = () =>
      installPackages([{ name: "clang", when: "build", reason: "compiles" }], false, (line) => lines.push(line));
    expect(install).toThrow(SetupError);
    expect(install).toThrow("apt-get install -y --no-install-recommends clang");
    expect(lines).toEqual([]);
  });

  it.each([
    ["Debian clang version 14.0.6", ""],
    ["clang version 19.1.7", ""],
    ["Ubuntu clang version 13.0.1-2", "clang 13 on PATH is too old"],
    ["something else", ""],
  ])("do not hide an old compiler: %s", (version, reason) => {
    expect(whyNotClang(version)).toContain(reason);
    expect(whyNotClang(version) === "").toBe(reason === "");
  });
});

describe("node_modules", () => {
  const manifest = { dependencies: { a: "1.0.0" }, devDependencies: { b: "2.0.0" } };
  const a = { version: "1.0.0", integrity: "sha512-a" };
  const b = { version: "2.0.0", integrity: "sha512-b" };
  const elsewhere = { version: "3.0.0", optional: true };
  const wanted = {
    packages: { "": manifest, "node_modules/a": a, "node_modules/b": b, "node_modules/elsewhere": elsewhere },
  };
  const installed = { "node_modules/a": a, "node_modules/b": b };

  it("is right without the optional packages of other systems", () => {
    expect(sameTree(manifest, wanted, { packages: installed })).toBe(true);
  });

  it.each([
    ["a package is missing", { "node_modules/a": a }],
    ["a package has another version", { ...installed, "node_modules/b": { ...b, version: "2.0.1" } }],
    ["a package has other contents", { ...installed, "node_modules/b": { ...b, integrity: "sha512-c" } }],
    ["a package is left over", { ...installed, "node_modules/c": a }],
  ])("is wrong when %s", (_, packages) => {
    expect(sameTree(manifest, wanted, { packages })).toBe(false);
  });

  it("is wrong when package.json asks for something the lockfile does not know", () => {
    const edited = { ...manifest, dependencies: { a: "1.0.0", c: "1.0.0" } };
    expect(sameTree(edited, wanted, { packages: installed })).toBe(false);
    expect(sameTree({ ...manifest, dependencies: { a: "1.0.1" } }, wanted, { packages: installed })).toBe(false);
  });
});

describe("a build step", () => {
  let root: string;
  const step = {
    name: "copy",
    when: "build",
    inputs: ["src"],
    output: "out/a",
    command: ["make", "-C", "src"],
  } as const;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "tablesnoop-setup-"));
    mkdirSync(path.join(root, "src"));
    writeFileSync(path.join(root, "src/a.c"), "one");
    writeFileSync(path.join(root, "src/Makefile"), "../out/a: a.c\n\tmkdir -p ../out && cp a.c $@\n");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const outdated = () => outdatedSteps(root, [step]).map((s) => s.name);

  it("runs once and then has nothing to do", () => {
    expect(outdated()).toEqual(["copy"]);
    build(root, step);
    expect(outdated()).toEqual([]);
  });

  it("runs again when its output is gone", () => {
    build(root, step);
    rmSync(path.join(root, "out"), { recursive: true });
    expect(outdated()).toEqual(["copy"]);
  });

  it("runs again when a source is replaced by an older file, which make alone would not notice", () => {
    build(root, step);
    writeFileSync(path.join(root, "src/a.c"), "two");
    utimesSync(path.join(root, "src/a.c"), 1_000_000, 1_000_000);
    expect(outdated()).toEqual(["copy"]);
    build(root, step);
    expect(readFileSync(path.join(root, "out/a"), "utf8")).toBe("two");
    expect(outdated()).toEqual([]);
  });

  it("stays to be done when its command fails, and says what failed", () => {
    build(root, step);
    const broken = { ...step, command: ["sh", "-c", "echo no such luck; exit 3"] };
    expect(() => build(root, broken)).toThrow(/^build the copy: sh .* failed with exit code 3\n +no such luck$/);
    expect(outdated()).toEqual(["copy"]);
  });

  it("takes no notice of what an editor or a compiler leaves among the sources", () => {
    const before = fingerprint(root, step);
    writeFileSync(path.join(root, "src/a.o"), "object");
    writeFileSync(path.join(root, "src/a.c~"), "backup");
    expect(fingerprint(root, step)).toBe(before);
    writeFileSync(path.join(root, "src/b.h"), "");
    expect(fingerprint(root, step)).not.toBe(before);
  });

  it("makes every command package.json offers executable", () => {
    const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    const executables = BUILD_STEPS.flatMap((s) => s.executables ?? []);
    expect(executables.toSorted()).toEqual(Object.values<string>(manifest.bin).toSorted());
  });
});

describe("the command", () => {
  const setup = (...args: string[]) => spawnSync(process.execPath, [SETUP, ...args], { encoding: "utf8" });

  it("answers an unknown flag with one line and a failure", () => {
    const { status, stdout, stderr } = setup("--nonsense");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^set-up: read flags: .*--nonsense.*\n$/);
  });

  it("tells the owner of an old Node what to install", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "tablesnoop-setup-"));
    try {
      const preload = path.join(folder, "old.cjs");
      writeFileSync(preload, 'Object.defineProperty(process.versions, "node", { value: "18.20.4" });\n');
      chmodSync(preload, 0o644);
      const { status, stderr } = spawnSync(process.execPath, ["--require", preload, SETUP], { encoding: "utf8" });
      expect(status).toBe(1);
      expect(stderr).toMatch(/^set-up: run on Node 18\.20\.4: too old; install Node 20 or newer.*\n$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the summary of a test run", () => {
  const file = (name: string, status: string, ...tests: string[]) => ({
    name: `/clone/test/${name}`,
    status,
    assertionResults: tests.map((test, i) => ({ fullName: `${name} ${i}`, status: test })),
  });

  it("counts tests, and a file that failed before its first test as one failure", () => {
    const files = [
      file("unit/a.test.ts", "passed", "passed", "passed", "skipped"),
      file("unit/b.test.ts", "failed", "failed", "passed"),
      file("unit/c.test.ts", "failed"),
    ];
    expect(summarise(files)).toEqual({ passed: 3, failed: 2, skipped: 1 });
  });

  it("shows what failed, with the beginning of its message", () => {
    const failed = {
      fullName: "adds",
      status: "failed",
      failureMessages: ["Error: 3\n    at node_modules/x\n    at y"],
    };
    const files = [
      file("unit/a.test.ts", "passed", "passed"),
      { ...file("unit/b.test.ts", "failed"), assertionResults: [failed] },
      { ...file("unit/c.test.ts", "failed"), message: Array(20).fill("no such file").join("\n") },
    ];
    expect(failures(files)).toEqual([
      "failed: b.test.ts: adds\n    Error: 3\n        at y",
      `failed: /clone/test/unit/c.test.ts, outside its tests${"\n    no such file".repeat(12)}`,
    ]);
  });

  it("is one plain line", () => {
    expect(summaryLine({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed");
    expect(summaryLine({ passed: 12, failed: 1, skipped: 3 })).toBe("12 passed, 1 failed, 3 skipped");
  });

  it("tells live tests that ran from those that were skipped", () => {
    const files = [file("unit/a.test.ts", "passed", "passed"), file("live/a.test.ts", "passed", "pending", "passed")];
    expect(liveTests(files)).toEqual({ ran: 1, skipped: ["live/a.test.ts 0"] });
    expect(liveTests(files.slice(0, 1)).ran).toBe(0);
  });
});
