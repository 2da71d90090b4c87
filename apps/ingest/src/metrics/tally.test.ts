import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { Tally } from "./tally.js";

test("is told as it stands when somebody looks, as often as that is", async () => {
  const registry = new Registry();
  const plain = new Tally("things_total", "Things", [], [registry]);
  const labelled = new Tally("ends_total", "Ends", ["reason", "by"], [registry]);
  expect(await registry.metrics()).toContain("rtmp_ingest_things_total 0\n");
  plain.inc();
  plain.inc();
  labelled.inc({ reason: "closed", by: "peer" }, 5);
  labelled.inc({ reason: "closed", by: "us" });
  labelled.inc({ reason: "closed", by: "peer" });
  for (let i = 0; i < 2; i++) {
    const text = await registry.metrics();
    expect(text).toContain("rtmp_ingest_things_total 2\n");
    expect(text).toContain('rtmp_ingest_ends_total{reason="closed",by="peer"} 6\n');
    expect(text).toContain('rtmp_ingest_ends_total{reason="closed",by="us"} 1\n');
  }
});
