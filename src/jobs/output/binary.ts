/** Enough to tell text from other data. */
const SAMPLE_BYTES = 4096;
/** Text in another encoding has some odd bytes, data has many. */
const MOST_ODD = 0.1;
/** `env` of another process, `find -print0`: texts with NULs between them. */
const MOST_NULS = 0.3;
/** Of a line: fewer characters tell nothing. */
const SHORTEST_DATA = 12;

/**
 * What data that is no text begins with. Own table: the packages for this know many kinds of media and none of the
 * files that jobs of a GPU leave behind (pickle, safetensors, npy).
 */
const KINDS: [kind: string, bytes: string, at?: number][] = [
  ["gzip", "\x1f\x8b"],
  ["zip (or a PyTorch checkpoint)", "PK\x03\x04"],
  ["PNG", "\x89PNG\r\n"],
  ["JPEG", "\xff\xd8\xff"],
  ["GIF", "GIF8"],
  ["PDF", "%PDF-"],
  ["an ELF program", "\x7fELF"],
  ["parquet", "PAR1"],
  ["arrow", "ARROW1"],
  ["safetensors", '\0\0\0{"', 5],
  ...["\x02", "\x03", "\x04", "\x05"].map((protocol): [string, string] => ["pickle", `\x80${protocol}`]),
  ["npy", "\x93NUMPY"],
  ["HDF5", "\x89HDF\r\n"],
  ["SQLite", "SQLite format 3\0"],
  ["zstd", "\x28\xb5\x2f\xfd"],
  ["xz", "\xfd7zXZ\0"],
  ["bzip2", "BZh"],
  ["tar", "ustar", 257],
  ["UTF-16 text", "\xff\xfe"],
  ["UTF-16 text", "\xfe\xff"],
];
/** What a terminal acts on. */
const CONTROLS = new Set("\0\t\n\r\b\f\v\x07\x1b");

/** What kind of data it is that begins so, `unknown` if that does not tell; undefined for text. */
export function binaryKind(data: Uint8Array): string | undefined {
  const start = data.subarray(0, SAMPLE_BYTES);
  // A character cut at the end of the sample is no odd one.
  const text = new TextDecoder().decode(start, { stream: true });
  const { odd, nuls } = shares(text);
  if (odd === 0 && nuls === 0) return undefined;
  const raw = Buffer.from(start).toString("latin1");
  const known = KINDS.find(([, bytes, at = 0]) => raw.startsWith(bytes, at));
  if (known !== undefined) return known[0];
  return odd > MOST_ODD || nuls > MOST_NULS ? "unknown" : undefined;
}

/** Whether a text that was decoded as it came is mostly not text; a few odd characters are another encoding. */
export function isGarbled(text: string): boolean {
  const sample = text.slice(0, SAMPLE_BYTES);
  const { odd, nuls } = shares(sample);
  return sample.length >= SHORTEST_DATA && (odd > MOST_NULS || nuls > MOST_NULS);
}

/** Of all characters, those that no terminal knows, and NULs. */
function shares(text: string): { odd: number; nuls: number } {
  const characters = Array.from(text);
  const share = (test: (character: string) => boolean) =>
    characters.filter(test).length / Math.max(1, characters.length);
  const isOdd = (character: string) =>
    character === "\ufffd" || (/\p{Cc}/u.test(character) && !CONTROLS.has(character));
  return { odd: share(isOdd), nuls: share((character) => character === "\0") };
}
