import { describe, expect, test } from "vitest";
import { Seals } from "../../src/operations/seals.ts";

const seals = new Seals((purpose) => Buffer.from(`key for ${purpose}`));
const sealed = seals.seal("cursor", Buffer.from("a place"), 60_000);

describe("what is sealed", { tags: "hostility" }, () => {
  test("is opened as it was", () => {
    expect(seals.open("cursor", sealed)).toMatchObject({ body: Buffer.from("a place") });
  });

  test("is not opened for another purpose, or by another key", () => {
    expect(seals.open("token", sealed)).toBe("unknown");
    expect(new Seals(() => Buffer.from("other")).open("cursor", sealed)).toBe("unknown");
  });

  test("is opened as an agent quotes it, and not with a character more or another last one", () => {
    expect(seals.open("cursor", ` "${sealed}"\n`)).toMatchObject({ body: Buffer.from("a place") });
    expect(seals.open("cursor", `${sealed}A`)).toBe("unknown");
    const short = seals.seal("cursor", Buffer.from("places"), 60_000);
    const last = String.fromCharCode(short.charCodeAt(short.length - 1) + 1);
    expect(seals.open("cursor", `${short.slice(0, -1)}${last}`)).toBe("unknown");
  });

  test("is not opened with any byte of it changed, its end of life among them", () => {
    const bytes = Buffer.from(sealed, "base64url");
    const altered = Array.from(bytes, (byte, at) => Buffer.from(bytes).fill(byte ^ 1, at, at + 1));
    const answers = altered.map((text) => seals.open("cursor", text.toString("base64url")));
    expect(new Set(answers)).toEqual(new Set(["unknown"]));
  });
});
