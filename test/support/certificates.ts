// Certificates made for one test by openssl: an authority, and what it signs. P-256 throughout, as RSA keys take seconds.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onProcessEnd } from "./cleanup.js";
import { runCommand } from "./processes/command.js";

export interface KeyPair {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends KeyPair {
  /** `sans` such as DNS:localhost,IP:127.0.0.1; a name that was given before is written over. */
  sign(name: string, sans: string): Promise<KeyPair>;
}

/** A scratch folder that goes with the test. */
export class CertificateFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "tablesnoop-certificates-"));
  readonly #remove = () => rmSync(this.path, { recursive: true, force: true });
  readonly #forget = onProcessEnd(this.#remove);

  async authority(name: string): Promise<Authority> {
    const own = await this.#make(name, ["-addext", "basicConstraints=critical,CA:TRUE"]);
    const issuer = ["-CA", own.cert, "-CAkey", own.key, "-addext", "basicConstraints=critical,CA:FALSE"];
    return { ...own, sign: (subject, sans) => this.#make(subject, [...issuer, "-addext", `subjectAltName=${sans}`]) };
  }

  async #make(name: string, options: readonly string[]): Promise<KeyPair> {
    const pair = { cert: join(this.path, `${name}.pem`), key: join(this.path, `${name}.key`) };
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", pair.key];
    const subject = ["-subj", `/CN=${name}`, "-days", "30", "-out", pair.cert];
    await runCommand("openssl", ["req", "-x509", "-config", "/dev/null", ...key, ...subject, ...options]);
    return pair;
  }

  [Symbol.dispose](): void {
    this.#remove();
    this.#forget();
  }
}
