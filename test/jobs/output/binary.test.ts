import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { binaryKind, isGarbled } from "../../../src/jobs/output/binary.ts";

const header = Buffer.from('{"__metadata__":{}}');
const safetensors = Buffer.concat([Buffer.from(new BigUint64Array([19n]).buffer), header]);
const random = Buffer.from(Array.from({ length: 999 }, (_, n) => (n * 7919) % 256));

describe("binaryKind", () => {
  test.each<[string, Uint8Array | string]>([
    ["gzip", gzipSync("text")],
    ["zip (or a PyTorch checkpoint)", "PK\x03\x04\x14\0"],
    ["PNG", Buffer.from("\x89PNG\r\n\x1a\n", "latin1")],
    ["an ELF program", "\x7fELF\x02\x01"],
    ["parquet", "PAR1\x15\x04\0"],
    ["safetensors", safetensors],
    ["pickle", Buffer.from("\x80\x04\x95\x0b\0", "latin1")],
    ["npy", Buffer.from("\x93NUMPY\x01\0", "latin1")],
    ["UTF-16 text", Buffer.from("\ufeffhello", "utf16le")],
    ["tar", Buffer.from(`${"name".padEnd(257, "\0")}ustar`)],
    ["unknown", random],
    ["unknown", Buffer.alloc(100)],
  ])("finds %s", (kind, bytes) => {
    expect(binaryKind(Buffer.from(bytes))).toBe(kind);
  });

  test.each([
    "",
    "plain\n",
    "größe ☃ 日本",
    "\x1b[31mred\x1b[0m\r\n",
    "PATH=/bin\0HOME=/root\0",
    "PAR1 and BZh9 are words",
  ])("takes %j for text", (text) => {
    expect(binaryKind(Buffer.from(text))).toBeUndefined();
    expect(isGarbled(text)).toBe(false);
  });

  test("takes text in another encoding, and a character cut at the end, for text", () => {
    expect(binaryKind(Buffer.from("Die Größe der Datei ist 12 kB", "latin1"))).toBeUndefined();
    expect(binaryKind(Buffer.from("☃").subarray(0, 2))).toBeUndefined();
    expect(isGarbled("Gr\ufffd\ufffde")).toBe(false);
    expect(isGarbled("\ufffd".repeat(20))).toBe(true);
  });
});
