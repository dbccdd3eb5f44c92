import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, describe, expect } from "vitest";
import { serverKey } from "../../../src/transports/http/key-file.ts";

const TEXT = "0123456789abcdef".repeat(4);

const test = base.extend<{ fileOf: (text: string, mode?: number) => Promise<string> }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern.
  fileOf: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "key-"));
    const path = join(folder, "mcp-key");
    await use(async (text, mode = 0o600) => {
      await writeFile(path, text);
      await chmod(path, mode);
      return path;
    });
    await rm(folder, { recursive: true });
  },
});

describe("--key-file", () => {
  test("is the key as it stands there", async ({ fileOf }) => {
    const keyFile = await fileOf(`${TEXT}\n`);
    const { key, warnings } = await serverKey({ keyFile, auth: "platform" });
    expect(Buffer.from(key ?? "").toString()).toBe(`${TEXT}\n`);
    expect(warnings).toEqual([]);
  });

  test.skipIf(process.platform === "win32")("warns where everybody can read it", async ({ fileOf }) => {
    const { warnings } = await serverKey({ keyFile: await fileOf(TEXT, 0o644) });
    expect(warnings).toEqual([expect.stringMatching(/can be read by every user .*: chmod 600 /)]);
  });

  test.for([
    ["", "is empty"],
    ["short and secret", "is short"],
    ["x".repeat(5000), "is long"],
  ] as const)("is refused where it %1$s, with how to make one", async ([text], { fileOf }) => {
    const failed = serverKey({ keyFile: await fileOf(text) });
    await expect(failed).rejects.toThrow(/mcp-key does not hold 32 to 4096 bytes: make one, e\.g\. by `/);
    await expect(failed).rejects.not.toThrow(/secret|xxx/);
  });

  test("is refused where it cannot be read", async () => {
    await expect(serverKey({ keyFile: "/no/such/file" })).rejects.toThrow("cannot be read (ENOENT)");
  });
});

describe("without --key-file", () => {
  test("callers with logins of their own get a key of the process, and it is said", async () => {
    const [one, other] = [await serverKey({ auth: "platform" }), await serverKey({ auth: "platform" })];
    expect(one.key).toHaveLength(32);
    expect(one.key).not.toEqual(other.key);
    expect(one.warnings).toEqual([expect.stringContaining("are good at this process alone")]);
  });

  test("the server's own login is key enough", async () => {
    expect(await serverKey({})).toEqual({ key: undefined, warnings: [] });
  });
});
