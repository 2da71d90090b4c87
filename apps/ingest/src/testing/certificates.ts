import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { onTestFinished } from "vitest";

/** A certificate that signs itself, and its key, PEM. */
export async function makeCertificate(name = "localhost"): Promise<{ readonly cert: string; readonly key: string }> {
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], { keyType: "ec" });
  return { cert, key };
}

/** Files of a certificate in a folder of their own, until the test is over. */
export async function certificateFiles(name?: string) {
  const folder = await mkdtemp(join(tmpdir(), "rtmp-tls-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  const made = await makeCertificate(name);
  await writeFile(files.cert, made.cert);
  await writeFile(files.key, made.key);
  return files;
}
