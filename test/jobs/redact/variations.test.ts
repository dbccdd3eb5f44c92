import { describe, expect, test } from "vitest";
import { makeRedactor } from "../../../src/jobs/redact/index.ts";

const redact = makeRedactor();
const product = (...lists: string[][]): string[] =>
  lists.reduce<string[]>((texts, list) => texts.flatMap((text) => list.map((part) => text + part)), [""]);
const AROUND = ["", "2026-11-22T10:00:00Z INFO ", "[worker 3] "];

describe("errors about what a path or a name says is secret", () => {
  const QUOTED = ["shadow-password", "api_key", "hf-token", "db-passphrase", "client.secret", "private_key"];
  const FAULTS = [
    "permission denied",
    "permission denied: unknown",
    "no such file or directory",
    "is a directory",
    "not found",
    "forbidden",
    "exec format error",
    "read-only file system",
    "exit status 1",
    "mount failed",
  ];

  test.each([
    ["a quoted path", 'exec: "/etc/', '": '],
    ["a quoted path in JSON", 'msg=exec: \\"/run/secrets/', '\\": '],
    ["a path in single quotes", "cat: '/run/secrets/", "': "],
    ["a quoted name", 'secret "', '": '],
    ["a name in backticks", "unknown field `", "`: "],
    ["a volume", 'MountVolume.SetUp failed for volume "', '" : '],
  ])("stay whole behind %s", (_what, before, after) => {
    const lines = product(AROUND, [before], QUOTED, [after], FAULTS);
    expect(lines.filter((line) => redact(line).text !== line)).toEqual([]);
  });

  test("stay whole behind the name of a kind of secret", () => {
    const names = [
      "csrf token",
      "CSRF token",
      "access token",
      "refresh token",
      "API key",
      "api key",
      "session token",
    ];
    const states = [
      "mismatch",
      "expired",
      "revoked",
      "malformed",
      "missing or incorrect",
      "not configured",
      "stale",
    ];
    const lines = product(AROUND, names, [": "], states);
    expect(lines.filter((line) => redact(line).text !== line)).toEqual([]);
  });

  test("hide a value all the same", () => {
    const lines = product(
      AROUND,
      ['"password": ', "'api_key': ", '"/run/secrets/db_password": '],
      ["hunter2", '"hunter2"', "Tr0ub4dor-3x"],
    );
    expect(lines.filter((line) => /hunter2|Tr0ub/.test(redact(line).text))).toEqual([]);
  });
});

describe("passphrases and one-time codes", () => {
  test("are hidden whatever their words and their name", () => {
    const names = [
      "passphrase",
      "Passphrase",
      "key passphrase",
      "pass phrase",
      "seed phrase",
      "mnemonic",
      "wallet_mnemonic",
    ];
    const values = [
      "correct horse battery staple",
      "tango lunar mimic orbit",
      "blue eleven quartz kitten river",
    ];
    const lines = product(AROUND, names, [": ", " is ", " = "], values);
    expect(
      lines.filter((line) => values.some((value) => redact(line).text.includes(value.slice(-6)))),
    ).toEqual([]);
  });

  test("are hidden whatever their number and what it is called", () => {
    const lines = product(
      AROUND,
      ["Your ", "your new ", "The "],
      [
        "one-time password",
        "one-time code",
        "OTP",
        "verification code",
        "login code",
        "security code",
        "2FA code",
      ],
      [" is ", ": ", " is: "],
      ["493021", "0042", "493 021", "12345678"],
      ["", ".", ", valid for 5 minutes"],
    );
    expect(lines.filter((line) => !/\[redacted\]/.test(redact(line).text))).toEqual([]);
    expect(lines.filter((line) => !line.includes("0042") && /493|12345678/.test(redact(line).text))).toEqual(
      [],
    );
  });
});
