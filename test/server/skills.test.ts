import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, onTestFinished } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { Platform } from "../../src/client/index.ts";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { tools } from "../../src/tools/index.ts";
import { expect, openPolicy, test } from "../support/fixtures.ts";
import { modern, rawSession } from "../support/raw-session.ts";

const URI = "skill://apolo-jobs/SKILL.md";
const FILE = "skills/apolo-jobs/SKILL.md";
const KEPT = { resultType: "complete", ttlMs: expect.any(Number), cacheScope: "public" };

function connect(platform: Platform) {
  const caller = openCaller(platform, openPolicy);
  onTestFinished(() => caller.close());
  return rawSession(createServer(caller));
}

test("the skill's file is what the server hands out", async ({ platform }) => {
  const { request } = await connect(platform);
  const { result } = await request("resources/read", modern({ uri: URI }));
  expect(result).toMatchObject({ contents: [{ uri: URI, mimeType: "text/markdown" }] });
  const { contents } = z.object({ contents: z.tuple([z.object({ text: z.string() })]) }).parse(result);
  await expect(contents[0].text).toMatchFileSnapshot(`../../${FILE}`);
});

test("the skill names only tools that there are, and stays short", async () => {
  const text = await readFile(FILE, "utf8");
  const names = new Set(text.match(/\b(?:job|apolo)_[a-z]+\b/g));
  expect([...names].filter((name) => !tools.some((tool) => tool.name === name))).toEqual([]);
  expect(Buffer.byteLength(text)).toBeLessThan(4000);
});

describe("a host of 2026-07-28 that looks for skills", () => {
  test("is told that there are some, and gets an entry that its file bears out", async ({ platform }) => {
    const { request } = await connect(platform);
    const { result: found } = await request("server/discover", modern());
    expect(found).toMatchObject({
      capabilities: { resources: {}, extensions: { "io.modelcontextprotocol/skills": {} } },
    });
    const { result: list } = await request("skills/list", modern());
    const text = await readFile(FILE);
    const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
    const frontmatter = parse(text.toString().split("---\n")[1] ?? "");
    const skill = { uri: URI, frontmatter, resources: [{ uri: URI, digest, size: text.length }] };
    expect(list).toMatchObject({ ...KEPT, skills: [skill] });
    const { result: entry } = await request("skills/get", modern({ uri: URI }));
    expect(entry).toMatchObject({ ...KEPT, skill });
  });

  test.for([{ uri: "skill://apolo-jobs/OTHER.md" }, { uri: "apolo://jobs" }, {}])(
    "is refused %j",
    async (params, { platform }) => {
      const { request } = await connect(platform);
      expect((await request("skills/get", modern(params))).error).toMatchObject({ code: -32602 });
    },
  );
});

test("a client of an older version reads the skill as a resource and is told of no extension", async ({
  platform,
}) => {
  const { request } = await connect(platform);
  const hello = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "0" } };
  expect((await request("initialize", hello)).result?.capabilities).not.toHaveProperty("extensions");
  const { result } = await request("resources/list");
  expect(result?.resources).toContainEqual(expect.objectContaining({ uri: URI, mimeType: "text/markdown" }));
  expect((await request("skills/list")).error).toMatchObject({ code: -32601 });
});
