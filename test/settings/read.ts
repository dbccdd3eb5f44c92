import { expect } from "vitest";
import { readSettings } from "../../src/settings/index.ts";

/** Reads settings as they would be read in `/work`, by a user with the home `/home/alice`. */
export function read(argv: string[], env: Record<string, string> = {}) {
  return readSettings(argv, { env, cwd: "/work", home: "/home/alice" });
}

/** Why a start is refused. */
export function refusal(argv: string[], env: Record<string, string> = {}): string {
  try {
    read(argv, env);
  } catch (error) {
    expect(error).toMatchObject({ name: "UsageError" });
    return error instanceof Error ? error.message : "";
  }
  throw new Error(`${JSON.stringify(argv)} was taken`);
}
