// The one file that knows prom-client: two registries over the same sources, one per exposition format. prom-client
// strips _total from a counter's name when it writes OpenMetrics, so the registries must not share counter objects.

import { setImmediate as nextTurn } from "node:timers/promises";
import { Counter, collectDefaultMetrics, Gauge, type Metric, type OpenMetricsContentType, Registry } from "prom-client";
import type { MetricSpec, Sample } from "../kinds/metric.js";

export type Format = "text" | "openmetrics";

/** A metric, and where its values come from: asked once per rendering. */
export interface Family {
  readonly spec: MetricSpec;
  samples(): readonly Sample[];
}

/** How often the loop's lag is sampled; the default of 10 ms costs an idle daemon 1 % of a CPU. */
const LOOP_SAMPLE_MS = 500;

/** They end in _total but are no counters, which promtool check metrics refuses. */
const MISNAMED = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];

const NO_LABELS = {};

/** Samples; about 1 ms of formatting, several if their labels are new. */
const LARGE = 1000;

/** Of an event loop not yet sampled prom-client says "Nan", which strict parsers refuse; no sample says it better. */
function leaveOutNaN(metric: Metric): void {
  const get = metric.get.bind(metric);
  metric.get = async () => {
    const family = await get();
    return { ...family, values: family.values.filter(({ value }) => !Number.isNaN(value)) };
  };
}

export class MetricRegistry {
  readonly #text = new Registry();
  readonly #openmetrics = new Registry<OpenMetricsContentType>();

  readonly #formatted = new WeakSet<object>();
  #turn: Promise<void> = Promise.resolve();

  constructor(families: readonly Family[]) {
    this.#openmetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    for (const { spec, samples } of families) {
      const take = () => this.#take(samples);
      for (const registry of [this.#text, this.#openmetrics]) register(spec, take, registry);
    }
  }

  /**
   * Adds process_* and nodejs_*. prom-client starts observers of the event loop and of garbage collection for them,
   * which cannot be stopped but keep no process alive.
   */
  observeProcess(): void {
    const own = new Registry();
    collectDefaultMetrics({ register: own, eventLoopMonitoringPrecision: LOOP_SAMPLE_MS });
    for (const name of MISNAMED) own.removeSingleMetric(name);
    for (const { name, help } of own.getMetricsAsArray()) {
      const metric = own.getSingleMetric(name);
      if (metric === undefined) continue;
      leaveOutNaN(metric);
      this.#text.registerMetric(metric);
      if (metric instanceof Counter) new CounterTwin(name, help, metric, this.#openmetrics);
      else this.#openmetrics.registerMetric(metric);
    }
  }

  contentType(format: Format): string {
    return this.#registry(format).contentType;
  }

  /** All sources are asked before this returns its promise: the values are of one moment. */
  render(format: Format): Promise<string> {
    return this.#registry(format).metrics();
  }

  /** The values of now, and then a turn of the event loop for each large family, so that none holds up the next. */
  async #take(source: Family["samples"]): Promise<Values> {
    const values = promValues(source);
    if (values.length > LARGE) {
      this.#turn = this.#turn.then(() => this.#prepare(values));
      await this.#turn;
    }
    return values;
  }

  /** Has prom-client format labels that are new to it, some in each turn; it remembers them for the rendering itself. */
  async #prepare(values: Values): Promise<void> {
    const fresh = values.filter(({ sharedLabels }) => !this.#formatted.has(sharedLabels));
    for (let at = 0; at < fresh.length; at += LARGE) {
      const slice = fresh.slice(at, at + LARGE);
      await new Draft(slice).format();
      for (const { sharedLabels } of slice) this.#formatted.add(sharedLabels);
      await nextTurn();
    }
    await nextTurn();
  }

  #registry(format: Format): AnyRegistry {
    return format === "text" ? this.#text : this.#openmetrics;
  }
}

type Values = ReturnType<typeof promValues>;
type Take = () => Promise<Values>;
type AnyRegistry = Registry | Registry<OpenMetricsContentType>;

function register(spec: MetricSpec, take: Take, registry: AnyRegistry): void {
  if (spec.type === "counter") new SourcedCounter(spec, take, registry);
  else new SourcedGauge(spec, take, registry);
}

function configuration({ name, help, labels }: MetricSpec, registry: AnyRegistry) {
  return { name, help, labelNames: labels, registers: [registry] };
}

/**
 * Labels go as shared labels: prom-client formats each shared object once and remembers the text, so a series that
 * is the same object at the next scrape costs next to nothing.
 */
function promValues(source: Family["samples"]) {
  return source().map(({ labels, value }) => ({ labels: NO_LABELS, sharedLabels: labels, value }));
}

class SourcedCounter extends Counter {
  readonly #take: Take;

  constructor(spec: MetricSpec, take: Take, registry: AnyRegistry) {
    super(configuration(spec, registry));
    this.#take = take;
  }

  override async get() {
    const values = this.#take();
    return { ...(await super.get()), values: await values };
  }
}

class SourcedGauge extends Gauge {
  readonly #take: Take;

  constructor(spec: MetricSpec, take: Take, registry: AnyRegistry) {
    super(configuration(spec, registry));
    this.#take = take;
  }

  override async get() {
    const values = this.#take();
    return { ...(await super.get()), values: await values };
  }
}

/** Some samples that are formatted for nobody. */
class Draft extends Gauge {
  readonly #registry: Registry;
  readonly #values: Values;

  constructor(values: Values) {
    const registry = new Registry();
    super({ name: "draft", help: "draft", registers: [registry] });
    this.#registry = registry;
    this.#values = values;
  }

  override async get() {
    return { ...(await super.get()), values: this.#values };
  }

  async format(): Promise<void> {
    await this.#registry.metrics();
  }
}

/** A counter of prom-client's own, under a name of its own for the other registry. */
class CounterTwin extends Counter {
  readonly #origin: Counter;
  readonly #name: string;

  constructor(name: string, help: string, origin: Counter, registry: AnyRegistry) {
    super({ name, help, registers: [registry] });
    this.#origin = origin;
    this.#name = name.replace(/_total$/, "");
  }

  override async get() {
    return { ...(await this.#origin.get()), name: this.#name };
  }
}
