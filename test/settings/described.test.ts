import { describe, expect, test } from "vitest";
import { SETTING_GROUPS } from "../../src/settings/described.ts";
import { readSettings } from "../../src/settings/index.ts";
import { variableOf } from "../../src/settings/mistyped.ts";
import { settingValues } from "../../src/settings/values.ts";
import { configurationPage } from "../support/configuration-page.ts";

const all = SETTING_GROUPS.flatMap(({ settings }) => settings);
/** In words or as a value of their own: what is not among the settings. */
const OTHERS = ["help", "version", "emulator"];

describe("what is said about settings", () => {
  test("is about each of them", () => {
    const names = new Set([...OTHERS, ...all.map(({ name }) => name)]);
    expect([...names].sort()).toEqual(Object.keys(settingValues.shape).sort());
  });

  test("is the page for people", async () => {
    await expect(configurationPage()).toMatchFileSnapshot("../../docs/configuration.md");
  });

  test.each(all.filter(({ preset }) => preset !== undefined))(
    "names what $name is when left out",
    (setting) => {
      const { preset, name } = setting;
      const taken: Record<string, unknown> = settingValues.parse({});
      // Ports, addresses and the size of logs are chosen where they are used.
      if (taken[name] !== undefined) expect(String(taken[name])).toBe(preset);
      else expect(["host", "port", "log-limit"]).toContain(name);
    },
  );

  test.each(
    SETTING_GROUPS.flatMap(({ how, settings }) =>
      settings.map(({ name }) => ({ name, isVariable: how.includes("APOLO_MCP_") })),
    ),
  )("tells whether $name can be a variable", ({ name, isVariable }) => {
    const read = () => readSettings([], { env: { [variableOf(name)]: "" }, cwd: "/", home: "/" });
    const isAlsoOfHttp = ["host", "port"].includes(name);
    expect(read).toThrow(isVariable || isAlsoOfHttp ? "is set but empty" : "unknown variable");
  });
});
