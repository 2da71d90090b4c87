/** Samples of Prometheus' text format, by name and labels: `connections{protocol="rtmp"}`. */
export function parseMetrics(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const at = line.lastIndexOf(" ");
    const name = line.slice(0, at);
    if (samples.has(name)) throw new Error(`${name} is there twice`);
    samples.set(name, Number(line.slice(at + 1)));
  }
  return samples;
}
