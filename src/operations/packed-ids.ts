const UUID_ID = /^job-([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/;
const UUID_BYTES = 16;

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
  return Buffer.concat([Buffer.of(text.length), text]);
}

/** The id that bytes begin with, and what follows it. */
export function unpackId(bytes: Buffer): { id: string; rest: Buffer } {
  const length = bytes.readUInt8();
  const end = 1 + (length === 0 ? UUID_BYTES : length);
  const piece = bytes.subarray(1, end);
  return { id: length === 0 ? uuidId(piece.toString("hex")) : piece.toString(), rest: bytes.subarray(end) };
}

function uuidId(hex: string): string {
  return `job-${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")}`;
}
