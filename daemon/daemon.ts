// tablesnoopd as a whole: puts the parts together, starts them in order, stops them in the reverse one.

import { performance } from "node:perf_hooks";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { Config } from "./config.js";
import { FailedDestinations } from "./destinations/failed_destinations.js";
import { StartError } from "./errors.js";
import { Exporter, type Source } from "./exposition/exposition.js";
import type { Kind } from "./fib/lookup.js";
import { POINT_MS } from "./history/recent.js";
import { Guard } from "./http/guard.js";
import type { Readiness } from "./http/health_routes.js";
import { readPageFiles } from "./http/page_route.js";
import { buildServer } from "./http/server.js";
import { isLoopback } from "./listen/address.js";
import { type Admit, type Listening, listen } from "./listen/listen.js";
import { takeSystemdSockets } from "./listen/systemd_sockets.js";
import { dropCapabilities } from "./native/process.js";
import { libbpfVersion, openSession, type Session } from "./native/session.js";
import { Naming } from "./netns/naming.js";
import { giveUpCapabilities } from "./service/capabilities.js";
import type { ServiceManager } from "./service/service_manager.js";
import { describeSituation } from "./service/status.js";
import { Listeners } from "./stream/listeners.js";
import type { Version } from "./version.js";
import { WebConfigFile } from "./web_config/config_file.js";

/** Drains in one failure window: how finely its edge moves. */
const DRAINS_PER_WINDOW = 12;

/** The smallest ring there is, for a daemon without a stream. */
const NO_RING_BYTES = 4096;

export class Daemon {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #version: Version;
  readonly #serviceManager: ServiceManager;
  readonly #logLinesDropped: () => number;
  readonly #failing = new Set<Source>();
  readonly #webConfig: WebConfigFile;
  readonly #guard: Guard;
  #session: Session | undefined;
  #listeners: Listeners | undefined;
  #listening: Listening | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    config: Config,
    log: Logger,
    version: Version,
    serviceManager: ServiceManager,
    logLinesDropped: () => number,
  ) {
    this.#config = config;
    this.#log = log;
    this.#version = version;
    this.#serviceManager = serviceManager;
    this.#logLinesDropped = logLinesDropped;
    const clock = () => performance.now();
    this.#webConfig = new WebConfigFile({ path: config.webConfigFile, log, clock });
    this.#guard = new Guard({ file: this.#webConfig, log, clock });
  }

  /** Throws what `describe` of errors.ts can tell; nothing is left behind then. */
  async start(): Promise<void> {
    let situation: () => string;
    try {
      this.#webConfig.start();
      const session = this.#openSession();
      const names = this.#buildNames();
      const listeners = this.#buildListeners(session, names);
      const failures = this.#buildFailures(session, names);
      const exporter = this.#buildExporter(session, names, listeners, failures);
      situation = () =>
        describeSituation({
          backend: session.backend,
          probes: exporter.probes,
          netnsCount: names.netnsCount,
          errors: exporter.lastErrors(),
        });
      const drain = () => {
        exporter.drain();
        listeners?.refresh();
        this.#logChanges(exporter);
        this.#serviceManager.status(situation());
      };
      exporter.start();
      failures.start();
      listeners?.start();
      drain();
      const server = this.#buildServer(exporter, session, listeners, failures);
      this.#listening = await this.#listen(server);
      giveUpCapabilities({ kept: this.#config.capabilities, session, drop: dropCapabilities, log: this.#log });
      this.#timer = setInterval(drain, Math.min(this.#config.failureWindowMs / DRAINS_PER_WINDOW, POINT_MS));
    } catch (error) {
      await this.stop();
      throw error;
    }
    for (const address of this.#listening.addresses) this.#log.info({ address }, "listening");
    this.#serviceManager.ready(situation());
  }

  /** Reads the configuration again. What is wrong with it, if something is; then the old one stays. */
  async reload(because: string): Promise<string | undefined> {
    return this.#serviceManager.reload(() => this.#webConfig.reload(because));
  }

  /** May be called at any time, and again. */
  async stop(): Promise<void> {
    this.#serviceManager.stopping();
    clearInterval(this.#timer);
    await this.#listeners?.stop();
    await this.#listening?.close();
    await this.#guard.stop();
    this.#session?.close();
    this.#session = undefined;
  }

  #listen(server: FastifyInstance): Promise<Listening> {
    const { listen: wanted, socket } = this.#config;
    const addresses = wanted === "systemd" ? takeSystemdSockets(process.env, process.pid) : wanted;
    const approve = (address: string) => this.#approve(address);
    const admit: Admit = (request, response, enter) => this.#guard.admit(request, response, enter);
    return listen(server, addresses, this.#log, {}, { admit, file: this.#webConfig, socket, approve });
  }

  /** Lookups with their addresses are for those who are on this host, or known. */
  #approve(address: string): void {
    const { stream } = this.#config;
    if (isLoopback(address)) return;
    if (this.#webConfig.asksForLogin && this.#webConfig.current.tls === undefined) {
      this.#log.warn({ address }, "passwords cross the network in clear: the web configuration has no TLS");
    }
    if (stream?.isInsecure === false) {
      if (!this.#webConfig.asksForLogin) throw new StartError("stream_unprotected", { address });
      this.#webConfig.keepAskingForLogin();
    } else if (stream !== undefined && !this.#webConfig.asksForLogin) {
      this.#log.warn({ address }, "whoever reaches this address can read the addresses of all lookups at /stream");
    }
  }

  #openSession(): Session {
    const { probe, countersMax, collectors, stream } = this.#config;
    const session = openSession({
      backend: probe,
      maxCounters: countersMax,
      ringBytes: stream?.ringBytes ?? NO_RING_BYTES,
      routes: collectors.route,
      rules: collectors.rule,
    });
    this.#session = session;
    const { backend, fallbackReason } = session;
    const missing = session.probes().filter((row) => row.isMissing);
    this.#log.info({ backend, ...(fallbackReason && { because: fallbackReason }) }, "probes attached");
    for (const { probe: name, backend: of, reason } of missing) {
      this.#log.warn({ probe: name, backend: of, reason }, "probe not attached");
    }
    if (backend === "tracepoint" && collectors.rule) {
      this.#log.warn("rule lookups are not counted: the kernel has no tracepoint for them");
    }
    return session;
  }

  #buildNames(): Naming {
    return new Naming({
      keepMs: 2 * this.#config.seriesExpiryMs,
      report: (error, place) => {
        if (error === undefined) this.#log.info({ place }, "names are read again");
        else this.#log.warn({ err: error }, "read names failed");
      },
    });
  }

  #buildListeners(session: Session, names: Naming): Listeners | undefined {
    const { stream, netns } = this.#config;
    if (stream === undefined) return undefined;
    this.#listeners = new Listeners({
      session,
      names,
      clock: () => performance.now(),
      most: stream.maxListeners,
      queueBytes: stream.queueBytes,
      netns,
      unseen: this.#unseen(session),
      report: (error) => {
        if (error === undefined) this.#log.info("namespaces for the stream are read again");
        else this.#log.warn({ err: error }, "read namespaces for the stream failed");
      },
    });
    return this.#listeners;
  }

  #unseen({ backend }: Session): ReadonlyMap<Kind, string> {
    const { route, rule } = this.#config.collectors;
    const unseen = new Map<Kind, string>();
    if (!route) unseen.set("route", "the daemon runs with --no-collector.route");
    if (!rule) unseen.set("rule", "the daemon runs with --no-collector.rule");
    else if (backend === "tracepoint") unseen.set("rule", "the kernel has no tracepoint for them");
    return unseen;
  }

  #buildFailures(session: Session, names: Naming): FailedDestinations {
    const { failureWindowMs, netns } = this.#config;
    return new FailedDestinations({
      session,
      names,
      windowMs: failureWindowMs,
      startedAt: performance.now(),
      ...(netns.length > 0 && { netns: new Set(netns) }),
    });
  }

  #buildExporter(
    session: Session,
    names: Naming,
    listeners: Listeners | undefined,
    failures: FailedDestinations,
  ): Exporter {
    const { failureWindowMs, seriesExpiryMs, seriesMax, netns, exporterMetrics, collectors } = this.#config;
    const { version, revision } = this.#version;
    return new Exporter({
      session,
      names,
      failures,
      clock: () => performance.now(),
      windowMs: failureWindowMs,
      expiryMs: seriesExpiryMs,
      seriesMax,
      ...(netns.length > 0 && { netns: new Set(netns) }),
      noRoute: collectors.mib,
      stream: () => ({ listeners: listeners?.count ?? 0, lines: listeners?.lines ?? 0 }),
      reloads: () => this.#webConfig.state,
      logLinesDropped: this.#logLinesDropped,
      processMetrics: exporterMetrics,
      build: { version, revision, node: process.version, libbpf: libbpfVersion() },
    });
  }

  #buildServer(exporter: Exporter, session: Session, listeners: Listeners | undefined, failures: FailedDestinations) {
    const { telemetryPath, maxRequests } = this.#config;
    return buildServer({
      exposition: {
        render: async (format) => {
          const body = await exporter.render(format);
          this.#logChanges(exporter);
          return { contentType: exporter.contentType(format), body };
        },
      },
      ready: () => readiness(exporter, session),
      telemetryPath,
      maxRequests,
      failures: {
        report: () => {
          exporter.drainFailures();
          this.#logChanges(exporter);
          return failures.report();
        },
        showsAddresses: listeners !== undefined,
      },
      stream: { listeners },
      reload: this.#config.lifecycle ? () => this.reload("asked for over HTTP") : undefined,
      isOpen: () => !this.#webConfig.asksForLogin,
      page: {
        name: "tablesnoopd",
        version: this.#version.version,
        sentence:
          "Counts the routing decisions of this machine's kernel: every route and rule lookup, in every network namespace.",
        links: [],
        // Beside dist/daemon/, where this file is run from.
        files: readPageFiles(new URL("../page/", import.meta.url)),
      },
      pageData: {
        lookups: () => ({
          version: this.#version.version,
          backend: session.backend,
          backendReason: session.fallbackReason,
          hasStream: listeners !== undefined,
          ...exporter.lookups(),
        }),
        history: () => exporter.history(Date.now()),
      },
      log: this.#log,
    });
  }

  #logChanges(exporter: Exporter): void {
    const errors = exporter.lastErrors();
    for (const [source, error] of errors) {
      if (!this.#failing.has(source))
        this.#log.error({ source, err: error }, "read failed, showing the last good data");
      this.#failing.add(source);
    }
    for (const source of this.#failing) {
      if (errors.has(source)) continue;
      this.#failing.delete(source);
      this.#log.info({ source }, "read works again");
    }
  }
}

/** Ready while something is counted; degraded is still ready, with its reasons. */
function readiness(exporter: Exporter, session: Session): Readiness {
  const failing = [...exporter.lastErrors()].map(([source, error]) => `${source}: ${error.message}`);
  const detached = session
    .probes()
    .filter((row) => row.isMissing)
    .map((row) => `${row.probe} (${row.backend}) is not attached: ${row.reason}`);
  return { ready: !exporter.lastErrors().has("counters"), reasons: [...failing, ...detached] };
}
