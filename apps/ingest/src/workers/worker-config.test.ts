import { expect, test } from "vitest";
import { parseConfig } from "../config/config.js";
import { workerConfig } from "./worker-config.js";

test("a worker makes no HLS: nobody could ask it for that, and a folder has one writer", () => {
  const config = parseConfig({ workers: 2, http: { listen: "8080" }, hls: { mode: "always", directory: "/tmp/hls" } });
  expect(workerConfig(config, 0)).toMatchObject({ http: { listen: undefined }, hls: { mode: "off" } });
});
