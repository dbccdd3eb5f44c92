import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { connectPlatform } from "../../../src/client/index.ts";
import { token } from "../../support/jobs.ts";

const KEY = randomBytes(32);
const URL = "https://api.example.org/api/v1";

/** The key of a user who logs in with a token of their own. */
function keyOf({
  user = "alice",
  mark = "a",
  url = URL,
  key = KEY as Uint8Array | "none",
  of = "x",
}): string {
  const login = { source: "token", url, token: token(user, mark) } as const;
  return Buffer.from(connectPlatform(login, { key: key === "none" ? undefined : key }).keyFor(of)).toString(
    "hex",
  );
}

describe("keyFor, by the operator's key", () => {
  test("is the same with every login of a user", () => {
    expect(keyOf({ mark: "b", url: `${URL}/` })).toBe(keyOf({ mark: "a" }));
  });

  test("is another one for another user, platform, purpose or key", () => {
    const others = [
      { user: "bob" },
      { url: "https://other.example.org/api/v1" },
      { of: "y" },
      { key: randomBytes(32) },
    ];
    expect(new Set([{}, ...others].map(keyOf)).size).toBe(5);
  });
});

describe("keyFor, without such a key", () => {
  const none = { key: "none" } as const;

  test("is that of the login", () => {
    expect(keyOf(none)).toBe(keyOf(none));
    expect(keyOf({ ...none, mark: "b" })).not.toBe(keyOf(none));
  });
});
