import { expect, test } from "vitest";
import { help } from "../src/help.ts";
import { NAMED } from "../src/settings/command-line.ts";

test("help is about everything, and behind a command about that alone", () => {
  for (const command of NAMED) expect(help()).toContain(`  apolo-jobs-mcp ${command} `);
  expect(help("setup")).toMatch(/^ {2}apolo-jobs-mcp setup .*--with-token.*--mode MODE.*--emulator /s);
  expect(help("setup")).not.toMatch(/apolo-jobs-mcp call|--tls-cert|--port/);
  expect(help("emulator")).toMatch(/--port N .*--json .*--log-level/s);
  expect(help("emulator")).not.toContain("--mode");
  expect(help("demo")).not.toContain("APOLO_URL");
});
