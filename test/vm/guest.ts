// One guest: a QEMU process without any network device, its console log and the commands run inside as root.
// Software emulation only, so that it runs wherever Node does. Its disks forget everything when it stops.

import { type ChildProcess, spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { Agent, type RunResult } from "./agent.js";
import type { Disks } from "./disks.js";
import type { Architecture, Kernel } from "./kernels.js";

export interface GuestOptions {
  readonly kernel: Kernel;
  readonly disks: Disks;
  /** Default 2048. Node, vitest and the emulated kernel's BTF fit in 1024, but tightly. */
  readonly memoryMb?: number;
  readonly cpus?: number;
}

interface RunOptions {
  readonly timeoutMs: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Guest {
  readonly release: string;
  /** Runs a bash script in the project's folder. One that is not done in time is ended and the call fails. */
  run(command: string, options: RunOptions): Promise<RunResult>;
  /** What the guest's console and QEMU itself have said so far. */
  console(): string;
  stop(): Promise<void>;
}

// 3 to 6 s on an idle machine; the rest is for busy ones.
const BOOT_TIMEOUT_MS = 120_000;
// From the guest's own timeout, through kill, to the answer's arrival.
const ANSWER_GRACE_MS = 20_000;
const CONSOLE_LINES_IN_ERRORS = 100;

/** Put before a command: the kernel then ends it with its parent, even with one killed by SIGKILL. */
export const TIED_TO_PARENT = ["setpriv", "--pdeathsig", "KILL"] as const;

export async function boot(options: GuestOptions): Promise<Guest> {
  const { kernel } = options;
  const [program, ...flags] = TIED_TO_PARENT;
  const child = spawn(program, [...flags, MACHINES[kernel.architecture].program, ...qemuFlags(options)], {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  const qemu = new Qemu(child, kernel.release);
  try {
    const port = child.stdio[3];
    if (!(port instanceof Duplex)) throw new Error(`boot ${kernel.release}: no socket for the virtio port`);
    const agent = new Agent(port);
    const release = await qemu.before(agent.ready, BOOT_TIMEOUT_MS, "boot");
    return {
      release,
      run: (command, run) => runInside(qemu, agent, command, run),
      console: () => qemu.console(),
      stop: () => qemu.stop(),
    };
  } catch (error) {
    await qemu.stop();
    throw error;
  }
}

async function runInside(qemu: Qemu, agent: Agent, command: string, options: RunOptions): Promise<RunResult> {
  const exports = Object.entries(options.env ?? {}).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  const seconds = Math.ceil(options.timeoutMs / 1000);
  const act = `run ${JSON.stringify(command.slice(0, 120))}`;
  const began = performance.now();
  const answer = agent.run(`${exports.join("")}${command}`, seconds);
  const result = await qemu.before(answer, seconds * 1000 + ANSWER_GRACE_MS, act);
  const wasEnded = performance.now() - began >= options.timeoutMs && (result.status === 124 || result.status === 137);
  if (wasEnded) throw qemu.error(`${act}: not done after ${seconds} s\n${result.stdout}${result.stderr}`);
  return result;
}

interface EmulatedMachine {
  readonly program: string;
  readonly machine: string;
  readonly cpu: string;
  readonly console: string;
}

const MACHINES: Readonly<Record<Architecture, EmulatedMachine>> = {
  // Five-level page tables cost the emulator one more step per miss.
  amd64: { program: "qemu-system-x86_64", machine: "q35", cpu: "max,la57=off", console: "ttyS0" },
  // Pointer authentication as the architecture defines it takes the emulator most of its time.
  arm64: {
    program: "qemu-system-aarch64",
    machine: "virt,gic-version=3",
    cpu: "max,pauth-impdef=on",
    console: "ttyAMA0",
  },
};

function qemuFlags({ kernel, disks, memoryMb = 2048, cpus = 2 }: GuestOptions): string[] {
  // mitigations=off: an emulated CPU leaks nothing, but pays for every flush. panic=-1 with -no-reboot: a guest that
  // panics ends QEMU at once instead of waiting for its deadline.
  const { machine, cpu, console } = MACHINES[kernel.architecture];
  const boot = `root=/dev/nvme0n1 rw init=${disks.init} console=${console} panic=-1 mitigations=off`;
  return [
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-nic", "none"],
    // thread=single: the CPUs take turns on one host thread. With a thread each, QEMU 7.2 now and then runs a stale int3
    // after the kernel patched its code, and the guest panics (int3 oops): any static key or BPF attachment can do it.
    ...["-machine", machine, "-accel", "tcg,thread=single", "-smp", String(cpus), "-m", String(memoryMb)],
    ...["-cpu", cpu],
    ...["-kernel", kernel.vmlinuz, "-append", boot],
    ...["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"],
    ...["-device", "virtio-serial-pci", "-chardev", "socket,id=agent,fd=3"],
    ...["-device", "virtserialport,chardev=agent,name=agent"],
    // The root disk must be the only NVMe one: their numbers vary from boot to boot.
    ...disk("root", disks.root, "nvme,serial=root"),
    ...disks.others.flatMap((image, position) => disk(`other${position}`, image, "virtio-blk-pci")),
  ];
}

/** snapshot=on: writes go to an unlinked temporary file, so guests share the image and leave it as it was. */
function disk(id: string, image: string, device: string): string[] {
  const file = image.replaceAll(",", ",,");
  return ["-drive", `if=none,id=${id},format=raw,snapshot=on,file=${file}`, "-device", `${device},drive=${id}`];
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** The QEMU process: keeps its console and turns its death, or a deadline, into an error that shows the console. */
class Qemu {
  readonly #child: ChildProcess;
  readonly #release: string;
  readonly #exited: Promise<void>;
  #log = "";
  #end: string | undefined;

  constructor(child: ChildProcess, release: string) {
    this.#child = child;
    this.#release = release;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#log += text;
      });
    }
    this.#exited = new Promise((resolve) => {
      const note = (end: string) => {
        this.#end ??= end;
        resolve();
      };
      child.on("error", (error) => note(error.message));
      child.on("exit", (code, signal) => note(`QEMU ended with ${signal ?? `code ${code}`}`));
    });
  }

  async before<T>(promise: Promise<T>, timeoutMs: number, act: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.error(`${act}: no answer after ${timeoutMs / 1000} s`)), timeoutMs);
    });
    const died = this.#exited.then(() => Promise.reject(this.error(`${act}: ${this.#end}`)));
    try {
      return await Promise.race([promise, tooLate, died]);
    } finally {
      clearTimeout(timer);
    }
  }

  error(message: string): Error {
    const tail = this.console().split("\n").slice(-CONSOLE_LINES_IN_ERRORS).join("\n");
    return new Error(`guest ${this.#release}: ${message}\n--- end of its console ---\n${tail}`);
  }

  console(): string {
    return stripVTControlCharacters(this.#log).replaceAll("\r", "");
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }
}
