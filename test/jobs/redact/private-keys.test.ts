import { describe, expect, test } from "vitest";
import { makeRedactor, redactFrom } from "../../../src/jobs/redact/index.ts";
import { type InKey, keyAfter, mayBeginInKey } from "../../../src/jobs/redact/private-keys.ts";

const redact = makeRedactor();
const BASE64 = "MIIEpAIBAAKCAQEA7bq0Zx0nq9v0Yb3nq8f1Q2w3E4r5T6y7U8i9O0pAsDfGhJkL";
const row = (index: number, width = 64) => (BASE64.slice(index % 60) + BASE64).slice(0, width);

function key({ kind = "RSA PRIVATE KEY", rows = 60, headers = [] as string[], last = 28 } = {}): string[] {
  const body = Array.from({ length: rows }, (_, index) => row(index));
  return [`-----BEGIN ${kind}-----`, ...headers, ...body, row(7, last), `-----END ${kind}-----`];
}

const KEYS: Record<string, string[]> = {
  plain: key(),
  "of 200 lines": key({ rows: 200 }),
  "with a last line of four": key({ last: 4 }),
  encrypted: key({
    headers: ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,9F86D081884C7D659A2FEAA0C55AD015", ""],
  }),
  OpenSSH: key({ kind: "OPENSSH PRIVATE KEY" }),
  PGP: [
    "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    "Version: GnuPG v2",
    "",
    ...key().slice(1, -1),
    "=aB3d",
    "-----END PGP PRIVATE KEY BLOCK-----",
  ],
  indented: key().map((line) => `    ${line}`),
};

/** Redacts a log page by page, each knowing only whether the one before ended inside a key. */
function byPages(lines: string[], size: number): string[] {
  let inKey: InKey | undefined;
  const shown: string[] = [];
  for (let at = 0; at < lines.length; at += size) {
    const page = lines.slice(at, at + size);
    shown.push(...redactFrom(redact, page.join("\n"), inKey).text.split("\n"));
    inKey = keyAfter(page, inKey);
  }
  return shown;
}

describe("a private key that is read in parts", () => {
  test.each(Object.keys(KEYS))("shows no line of a key: %s", (name) => {
    const body = (KEYS[name] ?? []).filter((line) => /^\s*=?[A-Za-z0-9+/]{4,}=*$/.test(line));
    const log = ["loading the key", ...(KEYS[name] ?? []), "step 1 loss 0.5", "done"];
    for (const size of [1, 2, 3, 7, 20, 61, 500]) {
      const shown = byPages(log, size);
      expect(
        shown.filter((line) => body.includes(line)),
        `pages of ${size}`,
      ).toEqual([]);
      expect(shown).toHaveLength(log.length);
      expect([shown[0], ...shown.slice(-2)]).toEqual(["loading the key", "step 1 loss 0.5", "done"]);
    }
  });

  test("is over with its END, and with more lines than may stand between those of a key", () => {
    const [begin = "", ...rest] = key();
    expect(keyAfter([begin])).toBeGreaterThan(0);
    expect(keyAfter(rest.slice(0, 5), 0)).toBeGreaterThan(0);
    expect(keyAfter(rest.slice(0, 5))).toBeUndefined();
    expect(keyAfter(rest, 0)).toBeUndefined();
    const others = Array.from({ length: 9 }, (_, step) => `step ${step} loss 0.5`);
    expect(keyAfter(others, 0)).toBeUndefined();
  });

  test("leaves what stands between the end of one key and the next key", () => {
    const { text } = redact(["step 1 loss 0.5", ...key()].join("\n"), { insideKey: true });
    expect(text.split("\n")[0]).toBe("step 1 loss 0.5");
    expect(text).not.toContain(row(3));
  });

  test("says the same of lines that are redacted already", () => {
    const page = key().slice(0, 20).join("\n");
    expect(keyAfter(redact(page).text.split("\n"))).toBeGreaterThan(0);
  });

  test("counts as one secret, and as none once it is hidden", () => {
    const hidden = redact(["log", ...key(), "log"].join("\n"));
    expect(hidden.hidden).toBe(1);
    expect(redact(hidden.text)).toEqual({ text: hidden.text, hidden: 0 });
    expect(redact([...key(), ...key({ rows: 2 })].join("\n")).hidden).toBe(2);
  });

  test.each(Object.keys(KEYS))("counts as one secret: %s", (name) => {
    expect(redact(["log", ...(KEYS[name] ?? []), "log"].join("\n")).hidden).toBe(1);
  });

  test("leaves certificates", () => {
    const certificate = key({ kind: "CERTIFICATE" });
    expect(byPages(certificate, 7)).toEqual(certificate);
  });
});

test("hides all that stands before the ends of several keys on one line", () => {
  const [, ...rest] = key({ rows: 3 });
  const text = ["log", ...rest].join("\n");
  expect(
    redact(`${text} ${rest.at(-1)} ${rest.at(-1)}`)
      .text.split("\n")
      .slice(0, 5),
  ).toEqual(["log", ...Array.from({ length: 4 }, () => "[redacted]")]);
});

test("hides all that stands before an end of a key on each of several lines", () => {
  const [, ...rest] = key({ rows: 2 });
  const text = ["log", ...rest, "step 1", ...rest, "step 2"].join("\n");
  const hidden = ["[redacted]", "[redacted]", "[redacted]", rest.at(-1)];
  expect(redact(text).text.split("\n")).toEqual(["log", ...hidden, "step 1", ...hidden, "step 2"]);
});

describe("a text that may begin inside a key", () => {
  const [begin = "", line = "", ...rest] = key();

  test.each([
    ["a line of a key", [line]],
    ["one behind others", ["step 1 loss 0.5", `  > ${line}`]],
    ["one behind its name", [`key: ${line}`]],
    ["one behind the end of another", [rest.at(-1) ?? "", line]],
    ["a quoted one", [`> | + - ${BASE64.slice(0, 16)} \t`]],
    ["one of forty characters behind a word", [`x ${BASE64.slice(0, 40)} `]],
  ])("has %s", (_what, lines) => {
    expect(mayBeginInKey(lines)).toBe(true);
  });

  test.each([
    ["nothing like it", ["step 1 loss 0.5", "done"]],
    ["its beginning first", [begin, line]],
    ["its beginning behind others", ["loading", `log: ${begin}`, line]],
    ["only short words", ["abcdefghijklmno"]],
    ["a long word and more", [`${BASE64} and more`]],
    ["a shorter one behind a word", [`x ${BASE64.slice(0, 39)}`]],
    ["a word of small letters", [`x ${"a1".repeat(20)}`]],
    ["a word of large letters", [`x ${"A1".repeat(20)}`]],
    ["a word without digits", [`x ${"aB".repeat(20)}`]],
    ["a sign within", [`x ${BASE64.slice(0, 30)}-${BASE64.slice(0, 30)}`]],
    ["no line", []],
  ])("is none with %s", (_what, lines) => {
    expect(mayBeginInKey(lines)).toBe(false);
  });
});

describe("the lines of a key", () => {
  const BODY = "MIIEpAIBAAKCAQEA7bq0Zx0nq9v0";
  const BEGIN = "-----BEGIN PRIVATE KEY-----";
  const END = "-----END PRIVATE KEY-----";
  const shown = (lines: string[]) => redact(lines.join("\n")).text.split("\n");
  const HIDDEN = "[redacted]";

  test.each([
    ["Proc-Type: 4,ENCRYPTED"],
    ["  Version: GnuPG v2"],
    ["Comment: of bob"],
    ["Hash: SHA512"],
    ["Charset: utf-8"],
    ["MessageID: x"],
    ["Encryption: none"],
    ["Key-Derivation: Argon2id"],
    ["Argon2-Memory: 8192"],
    ["Public-Lines: 4"],
    ["Private-Lines: 8"],
  ])("go on behind the header %j, also where its END was cut off", (header) => {
    const lines = shown([BEGIN, header, "", BODY, "MIIEpAIB", "=aB3d", "step 1 loss"]);
    expect(lines.slice(-4)).toEqual([HIDDEN, HIDDEN, HIDDEN, "step 1 loss"]);
    expect(shown([BEGIN, header, BODY, "  MIIEpAIB"]).slice(-2)).toEqual([HIDDEN, `  ${HIDDEN}`]);
  });

  test.each([
    ["behind what a log puts before them", `2026-11-22T10:00:00Z INFO [worker 3] ${BODY}`, HIDDEN],
    ["quoted, with their line ends escaped", `  "${BODY}\\n",`, `  ${HIDDEN}`],
    ["as an answer quotes them", `> ${BODY}`, `> ${HIDDEN}`],
    ["as a difference has them", `+${BODY}`, `+${HIDDEN}`],
    ["with blanks at their end", `${BODY} \t`, `${HIDDEN} \t`],
  ])("are hidden %s", (_what, line, left) => {
    expect(shown([BEGIN, BODY, line, BODY, END, "done"])).toEqual([BEGIN, HIDDEN, left, HIDDEN, END, "done"]);
    expect(shown([BEGIN, line, "done now"])).toEqual([BEGIN, left, "done now"]);
    expect(shown(["done now", line, END])).toEqual(["done now", left, END]);
  });

  test.each([
    ["a line before the key", [BODY, "step 1", BEGIN, BODY, END], [BODY, "step 1", BEGIN, HIDDEN, END]],
    ["what is no header of a key", [BEGIN, "X-Type: 4", BODY], [BEGIN, "X-Type: 4", BODY]],
    ["a header's name within a line", [BEGIN, "the Hash: x", BODY], [BEGIN, "the Hash: x", BODY]],
    ["a word behind a BEGIN", [BEGIN, "MIIEpAIB", "step 1"], [BEGIN, "MIIEpAIB", "step 1"]],
    ["a word that ends no body", [BEGIN, BODY, "MIIEpA", "step 1"], [BEGIN, HIDDEN, "MIIEpA", "step 1"]],
    ["words", [BEGIN, BODY, "=aB3d of it", "done"], [BEGIN, HIDDEN, "=aB3d of it", "done"]],
    ["more words", [BEGIN, BODY, "so =aB3d", "done"], [BEGIN, HIDDEN, "so =aB3d", "done"]],
    ["a line with a long word", [`${BODY} is it here`, "x y", END], [`${BODY} is it here`, "x y", END]],
    ["a word far in a line", [`${"x ".repeat(41)}${BODY}`, END], [`${"x ".repeat(41)}${BODY}`, END]],
    ["a certificate", ["-----BEGIN CERTIFICATE-----", BODY], ["-----BEGIN CERTIFICATE-----", BODY]],
    ["what is named too long", ["-----BEGIN A B C D PRIVATE KEY-----", BODY], undefined],
    ["a fingerprint", ["PuTTY-User-Key-File-x", BODY], undefined],
  ])("leave %s", (_what, lines, left = lines) => {
    expect(shown(lines)).toEqual(left);
  });

  test.each([
    ["a short last line", ["MIIEpAIB", END], [HIDDEN, END]],
    ["an indented one", ["x y", "  MIIEpAIB  ", END], ["x y", `  ${HIDDEN}  `, END]],
    ["no second short one", ["MIIEpAIB", "MIIEpAIB", END], ["MIIEpAIB", HIDDEN, END]],
    [
      "what stands before END on its line",
      ["x y", BODY, `${BODY}${END}`],
      ["x y", HIDDEN, `${HIDDEN}${END}`],
    ],
    ["an END of any kind", [BODY, "-----END PGP PRIVATE KEY BLOCK-----"], undefined],
    ["an END of three words", [BODY, "-----END A1 B2 C3 PRIVATE KEY-----"], undefined],
    ["the end of a key of PuTTY", [BODY, "Private-MAC: 0123"], undefined],
  ])("are hidden before a lone END: %s", (_what, lines, left = [HIDDEN, lines[1] ?? ""]) => {
    expect(shown(lines)).toEqual(left);
  });

  test("are hidden in a key of PuTTY, whose public part stands before the private one", () => {
    const key = ["PuTTY-User-Key-File-3: ssh-rsa", "Public-Lines: 1", BODY, "Private-Lines: 12", BODY, BODY];
    const lines = shown(["x y", ...key, "Private-MAC: 0123456789abcdef", "done now"]);
    expect([lines[0], ...lines.slice(5)]).toEqual([
      "x y",
      HIDDEN,
      HIDDEN,
      "Private-MAC: 0123456789abcdef",
      "done now",
    ]);
    expect(shown(["Private-Lines: 12", BODY, "MIIEpAIB", "done now"])).toEqual([
      "Private-Lines: 12",
      HIDDEN,
      HIDDEN,
      "done now",
    ]);
  });
});

describe("what another process printed between the lines of a key", () => {
  const within = (lines: string[], inKey: InKey = 10) => redactFrom(redact, lines.join("\n"), inKey);

  test("stays, and the key is hidden and counted beside other secrets", () => {
    expect(within(["step 1", `  ${row(1)}`, "token=x1y2z3w4", row(2)])).toEqual({
      text: "step 1\n  [redacted]\ntoken=[redacted]\n[redacted]",
      hidden: 2,
    });
    expect(within(["step 1", "step 2"])).toEqual({ text: "step 1\nstep 2", hidden: 0 });
  });

  test("may be as long as a few lines", () => {
    const others = (count: number) => Array.from({ length: count }, (_, step) => `step ${step} done`);
    expect(within([...others(8), row(1)]).hidden).toBe(1);
    expect(within([...others(9), row(1)]).hidden).toBe(0);
    expect(within([...others(8), row(1), ...others(8), row(2)]).text).toMatch(/\n\[redacted\]$/);
  });

  test("is no short word of a key unless it follows a longer one", () => {
    expect(within(["step 1", "MIIEpAIB", row(1), "MIIEpAIB"]).text.split("\n")).toEqual([
      "step 1",
      "MIIEpAIB",
      "[redacted]",
      "[redacted]",
    ]);
  });

  test("is all there is from the length of the longest key on", () => {
    expect(within(["step 1", row(1)], 15_990).hidden).toBe(1);
    expect(within(["step 1", row(1)], 15_994).hidden).toBe(0);
  });
});
