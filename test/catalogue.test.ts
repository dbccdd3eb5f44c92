import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { toJsonSchema } from "../src/server/schema.ts";
import { offered, tools } from "../src/tools/index.ts";
import { startInput } from "../src/tools/start/input.ts";
import { openPolicy } from "./support/fixtures.ts";
import { closedPlaces, schemaProblems } from "./support/schema-problems.ts";
import { toolsPage } from "./support/tools-page.ts";

const MAX_DESCRIPTION_CHARS = 2000;
const MAX_CORE_BYTES = 10_000;
const MAX_ALL_BYTES = 17_000;

const listing = (toolset: "core" | "all") =>
  offered({ ...openPolicy, toolset }).map(({ name, title, description, input, output, effects }) => ({
    ...{ name, title, description, annotations: effects },
    inputSchema: toJsonSchema(input, "input"),
    outputSchema: toJsonSchema(output, "output"),
  }));

describe.each(tools.map((tool) => [tool.name, tool] as const))("%s", (name, tool) => {
  test("has its own file, export and test", async () => {
    const subject = name.replace(/^(job|apolo)_/, "");
    expect(name).toMatch(/^(job|apolo)_[a-z]+$/);
    const isFolder = existsSync(`src/tools/${subject}/index.ts`);
    const place = isFolder ? `${subject}/index` : subject;
    expect(existsSync(`test/tools/${place}.test.ts`)).toBe(true);
    const module: Record<string, unknown> = isFolder
      ? await import(`../src/tools/${subject}/index.ts`)
      : await import(`../src/tools/${subject}.ts`);
    expect(module[subject]).toBe(tool);
  });

  test("is described within what clients show", () => {
    expect(tool.title.length).toBeGreaterThan(3);
    expect(tool.description.length).toBeGreaterThan(40);
    expect(tool.description.length).toBeLessThan(MAX_DESCRIPTION_CHARS);
  });

  test("refuses unknown arguments and describes the known ones", () => {
    expect(tool.input.safeParse({ surely_not_an_argument: 1 }).error?.issues).toContainEqual(
      expect.objectContaining({ code: "unrecognized_keys" }),
    );
    const { properties = {} } = toJsonSchema(tool.input, "input") as { properties?: Record<string, unknown> };
    const isAsInStart = tool.description.includes("as in job_start");
    for (const [argument, schema] of Object.entries(properties)) {
      if (isAsInStart && argument in startInput.shape) continue;
      expect(schema, `${name}.${argument}`).toHaveProperty("description", expect.stringMatching(/^.{5,}$/));
    }
  });

  test("has schemas that every provider accepts", () => {
    expect(schemaProblems(toJsonSchema(tool.input, "input"))).toEqual([]);
    expect(schemaProblems(toJsonSchema(tool.output, "output"))).toEqual([]);
  });

  test("promises an open output, so that a validating client accepts a new key", () => {
    expect(closedPlaces(toJsonSchema(tool.output, "output"))).toEqual([]);
  });

  test("states effects that do not contradict each other", () => {
    expect(Object.values(tool.effects)).toHaveLength(4);
    expect(tool.effects.readOnlyHint && tool.effects.destructiveHint).toBe(false);
    expect(tool.effects.readOnlyHint && !tool.effects.idempotentHint).toBe(false);
  });
});

describe("the catalogue", () => {
  test("stays within its budget of bytes", () => {
    expect(Buffer.byteLength(JSON.stringify(listing("core")))).toBeLessThanOrEqual(MAX_CORE_BYTES);
    expect(Buffer.byteLength(JSON.stringify(listing("all")))).toBeLessThanOrEqual(MAX_ALL_BYTES);
  });

  test("does not change unseen", async () => {
    await expect(JSON.stringify(listing("all"), null, 1)).toMatchFileSnapshot("fixtures/tools-list.json");
  });

  test("is what the page for people says", async () => {
    await expect(toolsPage(tools)).toMatchFileSnapshot("../docs/tools.md");
  });

  test("offers only what the mode allows", () => {
    const names = (mode: "read-only" | "no-destroy") =>
      offered({ ...openPolicy, mode }).map(({ name }) => name);
    expect(names("read-only")).not.toContain("job_start");
    expect(names("read-only")).toContain("job_status");
    expect(names("no-destroy")).toContain("job_start");
    expect(names("no-destroy")).not.toContain("job_kill");
  });
});
