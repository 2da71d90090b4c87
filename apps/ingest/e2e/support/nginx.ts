import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "./programs.js";

const PROGRAM = "/usr/sbin/nginx";
const MODULE = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

/** Whether nginx is installed with its RTMP module, as Debian has them. */
export const hasNginxRtmp = existsSync(PROGRAM) && existsSync(MODULE);

/** A port of loopback that nobody uses. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts nginx-rtmp with the application `live`, in the foreground and without the system's configuration. */
export async function startNginx(): Promise<{ url(name: string): string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "rtmp-nginx-"));
  const port = await freePort();
  const path = join(folder, "nginx.conf");
  await writeFile(
    path,
    `load_module ${MODULE};
daemon off;
master_process off;
pid ${folder}/pid;
error_log stderr warn;
events {}
rtmp { access_log off; server { listen 127.0.0.1:${port}; chunk_size 4096; application live { live on; } } }
`,
  );
  const nginx = start(PROGRAM, ["-p", folder, "-c", path, "-e", "stderr"], 60_000);
  return {
    url: (name) => `rtmp://127.0.0.1:${port}/live/${name}`,
    stop: async () => {
      nginx.process.kill("SIGTERM");
      await nginx.ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
