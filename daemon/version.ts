// Which tablesnoop this is: from package.json, and the git revision if the build noted one.

import { readFileSync } from "node:fs";

export interface Version {
  readonly version: string;
  /** Empty if the build did not know it. */
  readonly revision: string;
}

/** package.json lies two folders above dist/daemon/version.js. */
export function readVersion(): Version {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  return { version, revision: readRevision() };
}

function readRevision(): string {
  try {
    return readFileSync(new URL("../revision", import.meta.url), "utf8").trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
