import { describe, expect, test } from "vitest";
import {
  isComplaint,
  isMixedWord,
  isStatement,
  looksLikeToken,
  phraseAt,
} from "../../../src/jobs/redact/secret-values.ts";

describe("a value that looks like a token", () => {
  test.each([
    "abc123de",
    "hunter22x",
    "zq81hsk2hf9a0d8",
    "abcdefghijklmnopqrstuvwx",
    "aBcdefgHijKlm+nopq",
    "x1-y2z3w4v5u6-7",
    "ABC1DEF2GHI3",
    "x9y8z7-2026-08-01-w6",
    "x9y8z7.pyw6v5",
    "120.5ms/step/x9",
    "rose-x9y8z7w6-1.2.3",
    "12345678901ms1",
    "tulip123",
    "aB-tulip2-X",
    "Rose-tulip123",
    "rose-12345",
    "abcdefghijKlm+nOpq",
  ])("is %s", (value) => {
    expect(looksLikeToken(value)).toBe(true);
  });

  test.each([
    ["too short", "abc123d"],
    ["a word", "abcdefghijklmnopqrstuvw"],
    ["with a blank", "abc123 def456"],
    ["digits and signs", "2026-08-01/10:00"],
    ["words with numbers", "oauth2-proxy"],
    ["words", "distilbert-base-uncased-finetuned-sst"],
    ["a name of each kind of word", "Train.v2_run-3b/ABC:x"],
    ["words between signs", "--resnet50--v2--"],
    ["a long word with a number", "transformers42"],
    ["a measure", "123.45ms/step"],
    ["a version", "v1.22.333-rc1"],
    ["a file", "x9y8z7w6v5.safetensors"],
    ["a path", "/data/run1/x9y8z7"],
    ["a state", "authenticated"],
    ["a date with its time", "2026-08-01T10:00:00.123456Z"],
    ["a long row of digits and signs", "2026-08-01/10:00:00,123456+02"],
    ["a rate", "<=1234tok/s"],
    ["a share", "~12.345,6%"],
    ["a longer version", "1.22.333.4444+build.5"],
    ["a setting", "x9y8z7w6.YML"],
    ["another setting", "x9y8z7w6.yaml"],
    ["words with letters", "v1-rose-2b-a-ABC"],
  ])("is none that is %s: %s", (_what, value) => {
    expect(looksLikeToken(value)).toBe(false);
  });

  test("is as long as the place asks for", () => {
    expect([looksLikeToken("abc123de", 9), looksLikeToken("abc123def", 9)]).toEqual([false, true]);
    expect([looksLikeToken("a1b2", 4), looksLikeToken("")]).toEqual([true, false]);
  });

  test("is no name however long its words are, up to what names have", () => {
    const name = (length: number) => "ab2-".repeat(40).slice(0, length);
    expect([looksLikeToken(name(119)), looksLikeToken(name(121))]).toEqual([false, true]);
  });
});

describe("letters and digits together", () => {
  test.each(["hunter2", "12345_a", "abcde1", "a1b2c3", "2fast4u", "P4ss.word"])("are %s", (value) => {
    expect(isMixedWord(value)).toBe(true);
  });

  test.each([
    "a1b2c",
    "hunter",
    "123456",
    "ab 12 cd",
    "hunter2 rose",
    "rose hunter2",
    "sha256sum",
    "SHA-512x",
    "md5sum",
    "utf8mb4",
    "base64url",
    "oauth2client",
    "python3.12",
    "http2push",
    "tls1.3only",
    "aes256gcm",
    "v2alpha1",
    "120.5ms",
    "<=1000tok/s",
    "2026-08-01T10",
    "1.22.3-rc1",
    "train2.py",
    "args.key2",
  ])("are not %s", (value) => {
    expect(isMixedWord(value)).toBe(false);
  });
});

describe("plain words", () => {
  test.each([
    ["correct horse battery", ["correct", "horse", "battery"], false],
    ["must be set.", ["must", "be", "set"], true],
    ["Must be set", ["Must", "be", "set"], true],
    ["isn't tulip", ["isn't", "tulip"], true],
    ["tulip\trose", ["tulip", "rose"], false],
    ["tulip9", undefined, false],
    ["9tulip", undefined, false],
    ["tulip  rose", ["tulip"], false],
  ] as const)("of %j are read up to what is none", (text, words, isSaid) => {
    const phrase = phraseAt(`x ${text}`, 2);
    expect(phrase?.words).toEqual(words);
    expect(phrase?.isStatement ?? false).toBe(isSaid);
    expect(phrase?.end).toBe(words && 2 + words.join(" ").length);
  });

  test("are a wallet's from eleven on, unless one has a capital letter", () => {
    const words = (count: number) => ["the", ...Array(count - 1).fill("tulip")].join(" ");
    const says = (text: string) => phraseAt(text, 0)?.isStatement;

    expect([says(words(10)), says(words(11)), says(words(12))]).toEqual([true, false, false]);
    expect(says(`The${words(11).slice(3)}`)).toBe(true);
    expect(says(words(11).replace("tulip", "isn't"))).toBe(true);
  });
});

describe("what is said about a secret", () => {
  test.each([
    "must be set",
    "expired, please renew (again)!",
    "must have 12 characters",
    "Invalid; the token isn't known",
  ])("is a statement: %s", (text) => {
    expect(isStatement(text)).toBe(true);
  });

  test.each(["expired", "tulip rose", "must be a1b2c3", "must have 1234 characters", "must = x"])(
    "is none: %s",
    (text) => {
      expect(isStatement(text)).toBe(false);
    },
  );

  test.each([
    "This field may not be blank.",
    "It cannot be blank",
    "It can not be blank",
    "can't be empty!",
    "Ensure this field has no more than 12 characters.",
    "is too short",
    "already exists",
    "may exist",
    "does not have a character",
    "must not be a digit",
    "must be digits",
    "not existing",
    "IS REQUIRED",
    "Field is required",
    "it's not a match",
    "Does not match",
  ])("is a complaint: %s", (text) => {
    expect(isComplaint(text)).toBe(true);
  });

  test.each([
    "required",
    "tulip blank",
    "it is tulip",
    "is too short: a1",
    "9 is too short",
    "must have 1234 characters",
    "this is weak?",
    "tulips are required roses 9",
    "historic emptyness",
    "requires rose",
    "thisis tulip",
  ])("is none: %s", (text) => {
    expect(isComplaint(text)).toBe(false);
  });
});
