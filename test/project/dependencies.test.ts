import { readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import manifest from "../../package.json" with { type: "json" };

const read = (path: string) => readFileSync(path, "utf8");
const bundled = z
  .array(z.object({ name: z.string(), version: z.string(), license: z.string(), bytes: z.number() }))
  .parse(JSON.parse(read("dist/bundled.json")));

/** The rows of the table in docs/dependencies.md. */
const rows = read("docs/dependencies.md")
  .split("\n")
  .filter((line) => /^\| [@a-z]/.test(line) && !line.startsWith("| package"))
  .map((line) => {
    const [, names = "", , , kilobytes = "", licence] = line.split("|").map((cell) => cell.trim());
    const packages = bundled.filter(({ name }) => names.split(", ").includes(name));
    return { names: names.split(", "), kilobytes: Number.parseInt(kilobytes, 10), licence, packages };
  });

describe("docs/dependencies.md", () => {
  test("has each package of the bundle, and no other", () => {
    const named = rows.flatMap(({ names }) => names).sort();
    expect(named).toEqual(bundled.map(({ name }) => name).sort());
  });

  test.each(rows)("$names: has its licence, and its size within a tenth", (row) => {
    expect(new Set(row.packages.map(({ license }) => license))).toEqual(new Set([row.licence]));
    const kilobytes = row.packages.reduce((sum, { bytes }) => sum + bytes, 0) / 1000;
    expect(Math.abs(row.kilobytes - kilobytes)).toBeLessThan(Math.max(1, kilobytes / 10));
  });
});

describe("the package", () => {
  test("installs nothing else, and runs nothing when it is installed", () => {
    expect(manifest).not.toHaveProperty("dependencies");
    const scripts = Object.keys(manifest.scripts);
    expect(scripts.filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
  });

  test("has the licence text of each package in it", () => {
    const notices = read("dist/THIRD-PARTY.txt").split(/\n={80}\n/);
    expect(notices).toHaveLength(bundled.length);
    for (const [at, { name, version }] of bundled.entries()) {
      expect(notices[at]).toContain(`${name} ${version}`);
      expect(notices[at]).toMatch(/Permission|Redistribution|Apache License|Purpose/i);
    }
  });
});

describe("the program", () => {
  test("is no longer than what a start may read", () => {
    expect(statSync("dist/app.js").size).toBeLessThanOrEqual(1_210_000);
  });
});

describe("the lockfile", () => {
  const lockfile = z.object({
    packages: z.record(
      z.string(),
      z.object({ integrity: z.string().optional(), hasInstallScript: z.boolean().optional() }),
    ),
  });
  const { packages } = lockfile.parse(JSON.parse(read("package-lock.json")));
  const installed = Object.entries(packages).filter(([path]) => path !== "");

  test("has a hash for each package", () => {
    expect(installed.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"))).toEqual([]);
  });

  test("has no package with an install script but those that are switched off", () => {
    const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript);
    const names = scripted.map(([path]) => path.replace(/^.*node_modules\//, ""));
    expect([...new Set(names)].sort()).toEqual(Object.keys(manifest.allowScripts).sort());
    expect(new Set(Object.values(manifest.allowScripts))).toEqual(new Set([false]));
  });
});
