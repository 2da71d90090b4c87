import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { HttpArea } from "./http-area.js";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/** A file of the page. */
interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
  /** Whether its name changes with its content. */
  readonly immutable: boolean;
}

/**
 * The web page at `/`, for everybody who reaches us: it holds nothing by itself. What it shows comes from the API, which asks for the
 * token.
 */
export function pageArea(): HttpArea {
  const assets = readAssets();
  return {
    mount(app) {
      for (const [path, { type, bytes, etag, immutable }] of assets) {
        app.get(path, (c) => {
          c.header("ETag", etag);
          c.header("Cache-Control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
          if (c.req.header("If-None-Match") === etag) return c.body(null, 304);
          c.header("Content-Type", type);
          return c.body(bytes);
        });
      }
    },
  };
}

/** The page as it was built, by path. */
function readAssets(): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  const folder = webFolder();
  for (const name of folder === undefined ? [] : readdirSync(folder)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const bytes = new Uint8Array(readFileSync(join(folder ?? "", name)));
    const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
    const asset = { type, bytes, etag, immutable: /-[A-Z0-9]{8}\.js$/.test(name) };
    assets.set(name === "index.html" ? "/" : `/${name}`, asset);
  }
  return assets;
}

/** Beside the bundle; or, where sources run, where the build has put it. */
function webFolder(): string | undefined {
  for (const path of ["./web/", "../../dist/web/"]) {
    const folder = fileURLToPath(new URL(path, import.meta.url));
    try {
      readdirSync(folder);
      return folder;
    } catch {}
  }
  return undefined;
}
