import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Secret } from "../../../src/transports/http/secret.ts";
import { readTokenFile } from "../../../src/transports/http/token-file.ts";

function file(text: string, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), "token-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "token");
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const GOOD = "0123456789abcdef==";

describe("readTokenFile", () => {
  test("gives the secret without what is around it", async () => {
    const { secret, warnings } = await readTokenFile(file(`\n ${GOOD} \r\n`));
    expect(secret.equals(new Secret(GOOD))).toBe(true);
    expect(warnings).toEqual([]);
  });

  test("warns of a file that everybody can read", async () => {
    const { warnings } = await readTokenFile(file(GOOD, 0o644));
    expect(warnings).toEqual([expect.stringContaining("chmod 600")]);
    expect((await readTokenFile(file(GOOD, 0o640))).warnings).toEqual([]);
  });

  test.for([
    ["", "is empty"],
    [" \n", "is empty"],
    ["hidden-word", "fewer than 16 characters"],
    ["hidden-word hidden-word", "characters that no header carries"],
    [`${GOOD}\nhidden-word-2345`, "more than one line"],
    ["hidden-wörd-hidden-word", "characters that no header carries"],
    ["hidden-word".repeat(500), "longer than 4096 bytes"],
  ] as const)("%# is refused without being shown, with what would do", async ([text, why]) => {
    const error: Error = await readTokenFile(file(text)).then(Promise.reject, (reason) => reason);
    expect(error.message).toContain(why);
    expect(error.message).toContain("openssl rand -hex 32");
    expect(error.message).not.toContain("hidden");
  });

  test("says of a missing file which it is", async () => {
    await expect(readTokenFile("/nope/token")).rejects.toThrow("/nope/token cannot be read (ENOENT)");
    await expect(readTokenFile(tmpdir())).rejects.toThrow("cannot be read (EISDIR)");
  });
});
