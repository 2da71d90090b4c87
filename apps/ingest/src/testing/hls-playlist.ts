/** A segment of a media playlist, as a client that minds the specification reads it. */
export interface PlaylistSegment {
  readonly uri: string;
  readonly sequence: number;
  readonly discontinuitySequence: number;
  readonly discontinuity: boolean;
  /** Seconds. */
  readonly duration: number;
  readonly map: string | undefined;
  readonly date: number;
  readonly gap: boolean;
}

export interface MediaPlaylist {
  readonly version: number;
  readonly targetDuration: number;
  readonly sequence: number;
  readonly discontinuitySequence: number;
  readonly independent: boolean;
  readonly ended: boolean;
  readonly segments: readonly PlaylistSegment[];
}

export interface Variant {
  readonly uri: string;
  readonly attributes: Readonly<Record<string, string>>;
}
export interface Multivariant {
  readonly independent: boolean;
  readonly variants: readonly Variant[];
  readonly media: readonly Readonly<Record<string, string>>[];
}

/** Reads a media playlist (RFC 8216). @throws Error on the first thing that the specification does not allow, or that is unknown. */
export function parseMediaPlaylist(text: string): MediaPlaylist {
  const once = new Map<string, string>();
  const segments: PlaylistSegment[] = [];
  let [map, date, duration, discontinuity, gap, ended] = [
    undefined as string | undefined,
    undefined as number | undefined,
    undefined as number | undefined,
    false,
    false,
    false,
  ];
  let passed = 0; // discontinuities in this playlist
  for (const line of linesOf(text)) {
    must(!ended, "something follows EXT-X-ENDLIST");
    const [tag = "", value = ""] = splitTag(line);
    if (!line.startsWith("#")) {
      must(duration !== undefined && date !== undefined, `no EXTINF or date before ${line}`);
      must(gap || map !== undefined, "fragmented MP4 without EXT-X-MAP");
      const sequence = Number(once.get("#EXT-X-MEDIA-SEQUENCE")) + segments.length;
      const discontinuitySequence = Number(once.get("#EXT-X-DISCONTINUITY-SEQUENCE")) + passed;
      segments.push({ uri: line, sequence, discontinuitySequence, discontinuity, duration, map, date, gap });
      [date, duration, discontinuity, gap] = [undefined, undefined, false, false];
      continue;
    }
    switch (tag) {
      case "#EXT-X-VERSION":
      case "#EXT-X-TARGETDURATION":
      case "#EXT-X-MEDIA-SEQUENCE":
      case "#EXT-X-DISCONTINUITY-SEQUENCE":
        must(/^\d+$/.test(value) && !once.has(tag), line);
        must(segments.length === 0 && passed === 0, `${tag} behind a segment`);
        once.set(tag, value);
        break;
      case "#EXT-X-INDEPENDENT-SEGMENTS":
        must(!once.has(tag), line);
        once.set(tag, "");
        break;
      case "#EXT-X-DISCONTINUITY":
        must(!discontinuity, "two discontinuities");
        discontinuity = true;
        passed++;
        break;
      case "#EXT-X-MAP":
        map = attributes(value)["URI"];
        must(map !== undefined, line);
        break;
      case "#EXT-X-GAP":
        gap = true;
        break;
      case "#EXT-X-PROGRAM-DATE-TIME":
        must(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value), line);
        date = Date.parse(value);
        break;
      case "#EXTINF":
        must(/^\d+\.\d+,$/.test(value) && duration === undefined, line);
        duration = Number.parseFloat(value);
        break;
      case "#EXT-X-ENDLIST":
        ended = true;
        break;
      default:
        throw new Error(`unknown: ${line}`);
    }
  }
  must(duration === undefined && !discontinuity, "tags without their segment");
  const number = (tag: string): number => {
    const value = once.get(tag);
    if (value === undefined) throw new Error(`no ${tag}`);
    return Number(value);
  };
  const playlist: MediaPlaylist = {
    version: number("#EXT-X-VERSION"),
    targetDuration: number("#EXT-X-TARGETDURATION"),
    sequence: number("#EXT-X-MEDIA-SEQUENCE"),
    discontinuitySequence: number("#EXT-X-DISCONTINUITY-SEQUENCE"),
    independent: once.has("#EXT-X-INDEPENDENT-SEGMENTS"),
    ended,
    segments,
  };
  must(playlist.version >= (segments.some((segment) => segment.gap) ? 8 : 6), "too low a version");
  for (const segment of segments) {
    must(
      Math.round(segment.duration) <= playlist.targetDuration,
      `${segment.duration} s, ${playlist.targetDuration} as target`,
    );
  }
  return playlist;
}

/** Reads a multivariant playlist, as strictly. */
export function parseMultivariant(text: string): Multivariant {
  const variants: Variant[] = [];
  const media: Record<string, string>[] = [];
  let pending: Record<string, string> | undefined;
  let [independent, version] = [false, 0];
  for (const line of linesOf(text)) {
    const [tag = "", value = ""] = splitTag(line);
    if (!line.startsWith("#")) {
      must(pending !== undefined, `no EXT-X-STREAM-INF before ${line}`);
      variants.push({ uri: line, attributes: pending });
      pending = undefined;
      continue;
    }
    must(pending === undefined, "EXT-X-STREAM-INF without its URI");
    if (tag === "#EXT-X-STREAM-INF") pending = attributes(value);
    else if (tag === "#EXT-X-MEDIA") media.push(attributes(value));
    else if (tag === "#EXT-X-INDEPENDENT-SEGMENTS") independent = true;
    else if (tag === "#EXT-X-VERSION") version = Number(value);
    else throw new Error(`unknown: ${line}`);
  }
  must(variants.length > 0 && version >= 6, "no variants, or no version");
  for (const { attributes: of } of variants) {
    must(/^\d+$/.test(of["BANDWIDTH"] ?? ""), "BANDWIDTH");
    must(Number(of["AVERAGE-BANDWIDTH"]) <= Number(of["BANDWIDTH"]), "AVERAGE-BANDWIDTH above BANDWIDTH");
    must((of["CODECS"] ?? "") !== "", "CODECS");
    const group = of["AUDIO"];
    must(group === undefined || media.some((rendition) => rendition["GROUP-ID"] === group), `no group ${group}`);
  }
  const names = media.map((rendition) => `${rendition["GROUP-ID"]} ${rendition["NAME"]}`);
  must(new Set(names).size === names.length, "two renditions of one name");
  for (const group of new Set(media.map((rendition) => rendition["GROUP-ID"]))) {
    const defaults = media.filter((rendition) => rendition["GROUP-ID"] === group && rendition["DEFAULT"] === "YES");
    must(defaults.length === 1, `${defaults.length} defaults in ${group}`);
  }
  return { independent, variants, media };
}

function linesOf(text: string): string[] {
  must(text.startsWith("#EXTM3U\n") && text.endsWith("\n"), "no EXTM3U, or no end of line");
  const lines = text.split("\n").slice(1, -1);
  must(
    lines.every((line) => line !== "" && line.trim() === line),
    "blank lines or space",
  );
  return lines;
}

function splitTag(line: string): [string, string] {
  const colon = line.indexOf(":");
  return colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1)];
}

/** An attribute list (RFC 8216 4.2). */
function attributes(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  let rest = text;
  while (rest !== "") {
    const match = /^([A-Z0-9-]+)=(?:"([^"\r\n]*)"|([^",\s]+))(?:,(?=.)|$)/.exec(rest);
    if (match === null) throw new Error(`no attribute list: ${text}`);
    const [whole, name = "", quoted, plain] = match;
    must(!(name in found), `${name} twice`);
    found[name] = quoted ?? plain ?? "";
    rest = rest.slice(whole.length);
  }
  return found;
}

function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
