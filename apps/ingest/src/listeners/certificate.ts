import { X509Certificate } from "node:crypto";
import { stat } from "node:fs/promises";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { readSmallFile } from "../config/read-file.js";
import type { TlsConfig } from "../config/rtmps.js";

/** Longest file of a certificate chain or key, in bytes. */
const MAX_FILE = 1024 * 1024;

/** A certificate and its key that go together. */
export interface Certificate {
  /** File of the certificate. */
  readonly path: string;
  readonly context: SecureContextOptions;
  /** When it ends. */
  readonly validTo: Date;
}

/**
 * Reads certificate and key, and tries them.
 * @throws Error if a file can not be read, or the two do not go together; its message names no content.
 */
export async function loadCertificate({ cert = "", key = "", passphrase }: TlsConfig): Promise<Certificate> {
  const [certPem, keyPem] = await Promise.all([read(cert), read(key)]);
  const context: SecureContextOptions = {
    cert: certPem,
    key: keyPem,
    ...(passphrase !== undefined && { passphrase }),
    minVersion: "TLSv1.2",
  };
  try {
    createSecureContext(context);
    return { path: cert, context, validTo: new Date(new X509Certificate(certPem).validTo) };
  } catch (cause) {
    throw new Error(`The certificate ${cert} and the key ${key} can not be used`, { cause });
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readSmallFile(path, MAX_FILE);
  } catch (cause) {
    throw new Error(`${path} can not be read`, { cause });
  }
}

/** What a {@link CertificateWatch} tells. */
export interface CertificateListener {
  /** Another one is there, and can be used. */
  changed(certificate: Certificate): void;
  /** The files have changed, but can not be used; told once for each change. */
  failed(error: unknown): void;
}

/**
 * Looks at the files of a certificate now and then. Looking finds what notifications of the file system miss: links that are
 * swapped, and network file systems. One file that is new while the other is not yet, or is half written, is tried again at each look.
 */
export class CertificateWatch {
  readonly #config: TlsConfig;
  readonly #listener: CertificateListener;
  #timer: NodeJS.Timeout | undefined;
  #used = ""; // what the files looked like when they were last used
  #complained = "";

  constructor(config: TlsConfig, listener: CertificateListener) {
    this.#config = config;
    this.#listener = listener;
  }

  /** Takes what the files look like now for what is in use. Call it before they are read. */
  async look(): Promise<void> {
    this.#used = await this.#look();
  }
  /** Begins to look at intervals. */
  start(): void {
    this.#next();
  }
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #next(): void {
    if (this.#config.watchMs === 0) return;
    this.#timer = setTimeout(() => void this.#check(), this.#config.watchMs);
    this.#timer.unref();
  }

  async #check(): Promise<void> {
    const timer = this.#timer;
    const seen = await this.#look();
    if (seen !== this.#used) {
      try {
        const certificate = await loadCertificate(this.#config);
        if (timer !== this.#timer) return; // stopped meanwhile
        this.#used = seen;
        this.#listener.changed(certificate);
      } catch (error) {
        if (timer === this.#timer && seen !== this.#complained) this.#listener.failed(error);
        this.#complained = seen;
      }
    }
    if (timer === this.#timer) this.#next();
  }

  async #look(): Promise<string> {
    const { cert = "", key = "" } = this.#config;
    const marks = await Promise.all(
      [cert, key].map(async (path) => {
        try {
          const { ino, size, mtimeNs } = await stat(path, { bigint: true });
          return `${ino}/${size}/${mtimeNs}`;
        } catch {
          return "none";
        }
      }),
    );
    return marks.join();
  }
}
