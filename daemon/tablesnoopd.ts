// tablesnoopd: arguments, signals and exit codes. Nothing else in the daemon ends the process.

import type { Logger } from "pino";
import { helpText, parseConfig, versionText } from "./config.js";
import { Daemon } from "./daemon.js";
import { describe } from "./errors.js";
import { createLog } from "./log.js";
import { openLogOutput } from "./log_output.js";
import { forbidNewPrivileges, notify } from "./native/process.js";
import { libbpfVersion } from "./native/session.js";
import { hearWriteErrors, writeAll } from "./output.js";
import { ServiceManager, takeSupervision } from "./service/service_manager.js";
import { readVersion } from "./version.js";

/** What closing may take before we leave anyway: systemd and people wait a second. */
const STOP_MS = 900;

hearWriteErrors();

try {
  await main(process.argv.slice(2));
} catch (error) {
  fail(error, false);
}

async function main(argv: readonly string[]): Promise<void> {
  const config = parseConfig(argv);
  if ("show" in config) {
    await writeAll(process.stdout, config.show === "help" ? helpText() : version());
    return;
  }
  forbidNewPrivileges();
  const output = openLogOutput();
  const log = createLog(config, output);
  output.onDropped((lines) => log.warn({ lines }, "log lines were dropped: nobody read them"));
  const serviceManager = new ServiceManager({
    supervision: takeSupervision(process.env, process.pid),
    send: notify,
    monotonicMicroseconds: () => process.hrtime.bigint() / 1000n,
    report: (error) => tellOfServiceManager(log, error),
  });
  const daemon = new Daemon(config, log, readVersion(), serviceManager, () => output.dropped);
  const stop = (signal: NodeJS.Signals) => {
    log.info({ signal }, "stopping");
    setTimeout(() => process.exit(0), STOP_MS).unref();
    daemon.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error, true),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  // It logs what is wrong.
  process.on("SIGHUP", () => void daemon.reload("SIGHUP"));
  // Left to Node, it opens a debugger to every user of this machine.
  process.on("SIGUSR1", () => log.warn("SIGUSR1 means nothing here"));
  try {
    await daemon.start();
  } catch (error) {
    serviceManager.status(describe(error, "tablesnoopd", false).text);
    fail(error, config.logLevel === "debug");
  }
}

function tellOfServiceManager(log: Logger, error: Error | undefined): void {
  if (error === undefined) log.info("the service manager can be told again");
  else log.warn({ err: error }, "the service manager cannot be told what goes on");
}

function version(): string {
  const { version: number, revision } = readVersion();
  return versionText({
    version: number,
    ...(revision !== "" && { revision }),
    node: process.version,
    libbpf: libbpfVersion(),
  });
}

function fail(error: unknown, debug: boolean): never {
  const { text, exitCode } = describe(error, "tablesnoopd", debug);
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
}
