import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A server that the end-to-end comparison can start. */
export interface ServerKind {
  readonly name: string;
  /** Speaks no RTMP: it is fed the same bytes, and shows what the sockets alone cost. */
  readonly raw: boolean;
  /** Whether it waits for the disk where that is slower than the network: else what it could not write yet fills the memory. */
  readonly recordsWithBounds: boolean;
  /**
   * The command that listens on a port of 127.0.0.1.
   * @param folder its own to write to.
   * @param recordings folder to record to, in FLV; a sink that speaks no RTMP writes there what it reads. Without it nothing is recorded.
   */
  command(port: number, folder: string, recordings?: string): readonly string[];
}

const NGINX = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"].find(existsSync);
const NGINX_RTMP = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

/** Ours with what a load of one address would hit raised, and nothing switched off: logs go where a pipe goes. */
const OURS: ServerKind = {
  name: "ours",
  raw: false,
  recordsWithBounds: true,
  command: (port, _folder, recordings) => {
    const folder = dirname(createRequire(import.meta.url).resolve("@rtmp/ingest/package.json"));
    const limits = ["--max-pending", "4096", "--max-pending-per-address", "4096"];
    // Hashing what is complete is work that the others do not do.
    const record = recordings === undefined ? [] : ["--record", recordings, "--record-hash", "none"];
    return [process.execPath, join(folder, "dist/cli.js"), "--rtmp", `127.0.0.1:${port}`, ...limits, ...record];
  },
};

const NODE_MEDIA_SERVER: ServerKind = {
  name: "node-media-server",
  raw: false,
  recordsWithBounds: false,
  command: (port, folder) => [process.execPath, besides("servers/node-media-server.js"), String(port), folder],
};

const RAW_SINK: ServerKind = {
  name: "raw sink (Node)",
  raw: true,
  recordsWithBounds: true,
  command: (port, _folder, recordings) => {
    const record = recordings === undefined ? [] : [recordings];
    return [process.execPath, besides("servers/raw-sink.js"), String(port), ...record];
  },
};

const NGINX_SERVER: ServerKind = {
  name: "nginx-rtmp",
  raw: false,
  recordsWithBounds: true,
  command: (port, folder, recordings) => {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "nginx.conf");
    const record = recordings === undefined ? "" : `record all; record_path ${recordings}; record_unique on;`;
    const application = `application live { live on; ${record} }`;
    const rtmp = `server { listen 127.0.0.1:${port}; chunk_size 4096; max_message 16M; ${application} }`;
    writeFileSync(
      file,
      `load_module ${NGINX_RTMP}; daemon off; master_process off; error_log /dev/null crit; pid ${folder}/nginx.pid;
events { worker_connections 8192; }
rtmp { access_log off; ${rtmp} }
`,
    );
    return [NGINX ?? "nginx", "-p", folder, "-c", file];
  },
};

/** All that can be started here; nginx-rtmp where Debian's package is installed. */
export function serverKinds(): ServerKind[] {
  const nginx = NGINX !== undefined && existsSync(NGINX_RTMP) ? [NGINX_SERVER] : [];
  return [OURS, NODE_MEDIA_SERVER, ...nginx, RAW_SINK];
}

/** Ours alone. */
export const ourServer = OURS;

/** A file of the built benchmark. */
export function besides(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
