import { crc32, deflateSync } from "node:zlib";

export interface Rgb {
  red: number;
  green: number;
  blue: number;
}

// By hand: a few chunks around what zlib does. Libraries for it read and convert images, which nobody needs here.

/** A picture of at most 256 colours as a PNG file; a pixel is the number of its colour. */
export function toPng(
  pixels: Uint8Array,
  { width, palette }: { width: number; palette: readonly Rgb[] },
): Buffer {
  const height = pixels.length / width;
  const rows = Buffer.alloc(height * (width + 1));
  // Each row begins with the number of its filter: none.
  for (let y = 0; y < height; y += 1)
    rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const [bitDepth, indexed] = [8, 3];
  header.set([bitDepth, indexed], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette.flatMap(({ red, green, blue }) => [red, green, blue]))),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
