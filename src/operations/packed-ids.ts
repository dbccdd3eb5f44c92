const UUID_ID = /^job-([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/;
const UUID_BYTES = 16;
/** Stands for a length that does not fit into one byte, and follows in four; no length at all is that of a UUID. */
const LONG = 255;
const LONG_HEAD_BYTES = 5;

export function packIds(ids: readonly string[]): Buffer {
  return Buffer.concat(ids.map(packId));
}

/** The reverse. */
export function unpackIds(bytes: Buffer): string[] {
  const ids: string[] = [];
  for (let left = bytes; left.length > 0; ) {
    const { id, rest } = unpackId(left);
    ids.push(id);
    left = rest;
  }
  return ids;
}

/** An agent has to repeat what it is in: the usual id takes 17 bytes instead of 41. */
export function packId(id: string): Buffer {
  const parts = UUID_ID.exec(id);
  if (parts !== null) return Buffer.concat([Buffer.of(0), Buffer.from(parts.slice(1).join(""), "hex")]);
  const text = Buffer.from(id);
  if (text.length > 0 && text.length < LONG) return Buffer.concat([Buffer.of(text.length), text]);
  const head = Buffer.of(LONG, 0, 0, 0, 0);
  head.writeUInt32BE(text.length, 1);
  return Buffer.concat([head, text]);
}

/** The id that bytes begin with, and what follows it. */
export function unpackId(bytes: Buffer): { id: string; rest: Buffer } {
  const first = bytes.readUInt8();
  const isLong = first === LONG;
  const start = isLong ? LONG_HEAD_BYTES : 1;
  const end = start + (isLong ? bytes.readUInt32BE(1) : first || UUID_BYTES);
  const piece = bytes.subarray(start, end);
  return { id: first === 0 ? uuidId(piece.toString("hex")) : piece.toString(), rest: bytes.subarray(end) };
}

function uuidId(hex: string): string {
  return `job-${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")}`;
}
