import { createRequire } from "node:module";
import { join } from "node:path";

// node-media-server without HTTP, recordings and log lines. Arguments: the port, and a folder that it may write to.
const require = createRequire(import.meta.url);
const [port, folder = "."] = process.argv.slice(2);
const NodeMediaServer: new (config: object, file: string) => { run(): void } = require("node-media-server");
const logger: { level: string } = require("node-media-server/src/core/logger.js");
logger.level = "error";
new NodeMediaServer(
  {
    bind: "127.0.0.1",
    rtmp: { port: Number(port) },
    auth: { play: false, publish: false },
    notify: { url: "" },
    store: { path: join(folder, "store") },
    record: { auto: false, path: join(folder, "record") },
    webadmin: { enable: false },
  },
  join(folder, "config.json"),
).run();
