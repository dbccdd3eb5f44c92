import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const read = (path: string) => readFileSync(path, "utf8");
const { version, engines } = z
  .object({ version: z.string(), engines: z.object({ node: z.string() }) })
  .parse(JSON.parse(read("package.json")));

const workflow = z.object({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      "runs-on": z.string(),
      "timeout-minutes": z.number(),
      permissions: z.record(z.string(), z.string()).optional(),
      strategy: z.object({ matrix: z.object({ node: z.array(z.number()) }) }).optional(),
      steps: z.array(z.union([z.looseObject({ uses: z.string() }), z.looseObject({ run: z.string() })])),
    }),
  ),
});
const forms = readdirSync(".github/ISSUE_TEMPLATE").filter((name) => name !== "config.yml");
const readWorkflow = (name: string) => workflow.parse(parse(read(`.github/workflows/${name}.yml`)));

describe("a release", () => {
  const notes = (tag: string) =>
    promisify(execFile)(process.execPath, ["scripts/release-notes.mjs", tag]).catch(
      ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
    );

  test("is refused where the tag is not the version", async () => {
    const { stderr } = await notes("v9.9.9");
    expect(stderr).toContain(`the tag is v9.9.9, package.json has ${version}: expected v${version}`);
  });

  test("says what the changelog says of its version, or which heading is missing", async () => {
    const has = read("CHANGELOG.md").includes(`\n## ${version}`);
    const told = await notes(`v${version}`);
    if (has) expect(told).toMatchObject({ stderr: "", stdout: expect.stringMatching(/\S/) });
    else expect(told.stderr).toContain(`CHANGELOG.md has no section "## ${version}"`);
  });

  test("is published with provenance, after all checks, without a stored token", () => {
    const { on, jobs } = readWorkflow("release");
    expect(on).toEqual({ push: { tags: ["v*"] } });
    const runs = (jobs.publish?.steps ?? []).flatMap(({ run }) => (typeof run === "string" ? [run] : []));
    const at = (part: string) => runs.findIndex((run) => run.includes(part));
    expect(at(".ci/run")).toBeGreaterThan(at("release-notes"));
    expect(at("npm publish --provenance")).toBeGreaterThan(at(".ci/run"));
    expect(jobs.publish?.permissions).toMatchObject({ "id-token": "write" });
    expect(read(".github/workflows/release.yml")).not.toMatch(/secrets\./);
  });
});

describe("the check", () => {
  test("runs on every line of Node that is supported", () => {
    const tested = readWorkflow("check").jobs.check?.strategy?.matrix.node;
    expect(tested).toEqual([20, 22, 24, 26]);
    expect(engines.node).toMatch(new RegExp(`^\\^${tested?.[0]}\\.\\d+\\.\\d+ \\|\\| >=${tested?.[1]}\\.`));
  });

  test("may not write to the repository", () => {
    expect(readWorkflow("check").permissions).toEqual({ contents: "read" });
  });
});

test("each threat of SECURITY.md names tests that there are", () => {
  const text = read("SECURITY.md");
  const table = text.slice(text.indexOf("| threat |"), text.indexOf("## What it does not do"));
  const named = [...table.matchAll(/`([a-z0-9-]+(?:\/[a-z0-9-]+)*)`/g)].map(([, name = ""]) => name);
  expect(named.length).toBeGreaterThan(20);
  const missing = named.filter((name) => !existsSync(`test/${name}.test.ts`) && !existsSync(`test/${name}`));
  expect(missing).toEqual([]);
});

describe("what collaborators meet", () => {
  test.each(forms)("the form %s requires answers", (name) => {
    const field = z.object({
      type: z.enum(["markdown", "textarea", "input"]),
      attributes: z.looseObject({}),
      validations: z.object({ required: z.boolean() }).optional(),
    });
    const form = z.object({ name: z.string(), description: z.string(), body: z.array(field) });
    const { body } = form.loose().parse(parse(read(`.github/ISSUE_TEMPLATE/${name}`)));
    expect(body.some(({ validations }) => validations?.required)).toBe(true);
  });

  test("code owners own folders that exist", () => {
    const owned = [...read(".github/CODEOWNERS").matchAll(/^(\/\S+) @/gm)].map(([, path = ""]) => path);
    expect(owned).not.toEqual([]);
    expect(owned.filter((path) => !existsSync(`.${path}`))).toEqual([]);
  });

  test("updates of dependencies are grouped, wait a week, and cover actions and images", () => {
    const { updates } = z
      .object({ updates: z.array(z.looseObject({ "package-ecosystem": z.string() })) })
      .parse(parse(read(".github/dependabot.yml")));
    expect(updates.map((update) => update["package-ecosystem"])).toEqual(["npm", "github-actions", "docker"]);
    expect(updates[0]).toMatchObject({ cooldown: { "default-days": 7 } });
  });

  test("the development container installs what the tests use", () => {
    const text = read(".devcontainer/devcontainer.json").replace(/^\s*\/\/.*$/gm, "");
    const { postCreateCommand } = z.object({ postCreateCommand: z.string() }).loose().parse(JSON.parse(text));
    for (const part of ["bubblewrap", "chromium", "npm ci"]) expect(postCreateCommand).toContain(part);
  });
});
