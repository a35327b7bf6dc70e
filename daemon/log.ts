// The pino factory: one line a message, as logfmt or JSON. No transports: they would add a thread each.

import { type Logger, pino, stdTimeFunctions } from "pino";
import type { Config } from "./config.js";
import { causeOf } from "./errors.js";
import { quoted, withoutUnseen } from "./quoted.js";

type LogOptions = Pick<Config, "logLevel" | "logFormat">;

interface LineSink {
  /** Takes one line with its newline. */
  write(line: string): void;
}

export function createLog({ logLevel, logFormat }: LogOptions, sink: LineSink): Logger {
  const options = {
    level: logLevel,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: exact },
    serializers: { err: logLevel === "debug" ? stackOf : causeOf },
  };
  const write = logFormat === "json" ? oneLine : logfmt;
  return pino(options, { write: (line: string) => sink.write(write(line)) });
}

/** JSON readers, ours included, would round an integer above 2^53. */
function exact(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === "bigint" ? String(value) : value]),
  );
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? causeOf(error)) : causeOf(error);
}

/** Of pino's JSON line, what some readers and terminals take for the end of a line or an order. */
function oneLine(line: string): string {
  return `${withoutUnseen(line.trimEnd())}\n`;
}

/** Turns pino's JSON line into logfmt: time, level and message first. */
function logfmt(line: string): string {
  const { time, level, msg = "", ...rest } = JSON.parse(line) as Record<string, unknown>;
  const pairs = [["time", time], ["level", level], ["msg", msg], ...Object.entries(rest)] as const;
  return `${pairs.map(([key, value]) => `${logfmtKey(key)}=${logfmtValue(value)}`).join(" ")}\n`;
}

// Control (Cc), format (Cf, such as text direction marks), line and paragraph separators, unpaired surrogates.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const PLAIN = /^[^\s"=\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+$/u;

function logfmtKey(key: string): string {
  return key.replace(UNSEEN, "_").replace(/[\s"=\\]/g, "_") || "_";
}

/** Quoted values are JSON strings, so any JSON parser reads them back. */
function logfmtValue(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return PLAIN.test(text) ? text : quoted(text);
}
