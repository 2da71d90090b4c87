import { z } from "zod";
import type { Flag } from "./flag.js";
import { duration, filePath, rtmpAddress, secret } from "./values.js";

/** Where RTMPS is spoken: RTMP over TLS. */
export const rtmpsSection = z.strictObject({ listen: z.array(rtmpAddress).default([]) }).prefault({});

/** The server's certificate. */
export const tlsSection = z
  .strictObject({
    /** File of the certificate and those between it and its root, PEM. */
    cert: filePath("must name a file").optional(),
    /** File of its key, PEM. */
    key: filePath("must name a file").optional(),
    /** Opens the key, if that is encrypted. */
    passphrase: secret(z.string().min(1, "must not be empty")).optional(),
    /** How often the files are looked at: when they have changed, new connections get the new certificate. 0: never. */
    watchMs: duration(0).default(5000),
  })
  .prefault({});

/** What {@link tlsSection} makes of its input. */
export type TlsConfig = z.output<typeof tlsSection>;

export const rtmpsFlags: readonly Flag[] = [
  {
    name: "rtmps",
    value: "[HOST:]PORT",
    key: "rtmps.listen",
    help: "listen for RTMP over TLS there; again for more (off)",
    multiple: true,
  },
  {
    name: "tls-cert",
    value: "FILE",
    key: "tls.cert",
    help: "certificate chain for RTMPS, PEM; followed as it changes",
  },
  { name: "tls-key", value: "FILE", key: "tls.key", help: "its key, PEM" },
];
