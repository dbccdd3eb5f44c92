import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeRedactor } from "../../../src/jobs/redact/index.ts";

const redact = makeRedactor();
const pem = (kind: string, body: string) =>
  `-----BEGIN ${kind}PRIVATE KEY-----\n${body}\n-----END ${kind}PRIVATE KEY-----`;
const BODY = "MIIEpAIBAAKCAQEA7bq0Zx0nq9v0Yb3n\nq8f1Q2w3E4r5T6y7U8i9O0pAsDfGhJkL\nzXcVbNm=";

describe("known values", () => {
  test("are hidden wherever they stand, however plain", () => {
    const hide = makeRedactor(["correct horse", "swordfish"]);
    expect(hide("the swordfish said correct horse")).toEqual({
      text: "the [redacted] said [redacted]",
      hidden: 2,
    });
  });

  test("are hidden in their URL, JSON and base64 forms", () => {
    const hide = makeRedactor(['p@ss "word"/1']);
    expect(hide("x=p%40ss%20%22word%22%2F1").text).toBe("x=[redacted]");
    expect(hide('{"x":"p@ss \\"word\\"/1"}').text).toBe('{"x":"[redacted]"}');
    expect(hide(`x ${Buffer.from('p@ss "word"/1').toString("base64")}`).text).toMatch(/^x \[redacted\]/);
  });

  test("are hidden in base64 as far as that says anything", () => {
    const hide = makeRedactor(["tulips??>>~~~~", "tulip>>", "halibut~"]);
    const forms = ["base64", "base64url"] as const;
    const [plain, url] = forms.map((form) => hide(`x ${Buffer.from("tulips??>>~~~~").toString(form)} y`));
    expect(plain).toEqual({ text: "x [redacted]= y", hidden: 1 });
    expect(url).toEqual({ text: "x [redacted] y", hidden: 1 });
    expect(hide(Buffer.from("halibut~").toString("base64")).hidden).toBe(1);
    const short = `x ${Buffer.from("tulip>>").toString("base64")} y`;
    expect(hide(short)).toEqual({ text: short, hidden: 0 });
  });

  test.each([
    ["without the blanks around them", " tulips\n", "a tulips b", "a [redacted] b"],
    ["with the blanks within", "tulip rose", "a tulip rose b", "a [redacted] b"],
    ["from six characters on", " tulip ", "a tulip b", "a tulip b"],
    ["whatever signs they have", "^$|\\{}?+-/", "a ^$|\\{}?+-/ b", "a [redacted] b"],
    [
      "each line of sixteen characters",
      "short\r\n0123456789 tulip",
      "long 0123456789 tulip",
      "long [redacted]",
    ],
    ["no shorter line", "short\n0123456789 tuli", "long 0123456789 tuli", "long 0123456789 tuli"],
  ])("are looked for %s", (_what, value, text, shown) => {
    expect(makeRedactor([value])(text).text).toBe(shown);
  });

  test("are hidden as the longest when one holds another", () => {
    expect(makeRedactor(["swordfish", "swordfish-long"])("swordfish-long").text).toBe("[redacted]");
  });

  test("are hidden line by line when they have several", () => {
    const hide = makeRedactor(["first-line-of-secret\nsecond-line-of-secret"]);
    expect(hide("a second-line-of-secret b").text).toBe("a [redacted] b");
    expect(hide("x first-line-of-secret\nsecond-line-of-secret y")).toEqual({
      text: "x [redacted]\n[redacted] y",
      hidden: 1,
    });
  });

  test("are not looked for when short or empty", () => {
    const text = "true 1 yes abc, a line as any other";
    expect(makeRedactor(["", "1", "yes", "true", "   "])(text)).toEqual({ text, hidden: 0 });
  });

  test("may hold characters that mean something in patterns", () => {
    expect(makeRedactor(["a.c*d(e)[f]"])("abccd(e)f a.c*d(e)[f]").text).toBe("abccd(e)f [redacted]");
  });
});

describe("secrets over several lines", () => {
  test.each(["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", "DSA "])(
    "hides the body of a %sprivate key",
    (kind) => {
      const { text, hidden } = redact(`before\n${pem(kind, BODY)}\nafter`);
      expect(text).toBe(`before\n${pem(kind, "[redacted]\n[redacted]\n[redacted]")}\nafter`);
      expect(hidden).toBe(1);
    },
  );

  test("hides a PGP key and an indented one", () => {
    const pgp = `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${BODY}\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----`;
    expect(redact(pgp).text).not.toMatch(/MIIE|zXcV|abcd/);
    const yaml = `tls.key: |\n  ${pem("", BODY).replaceAll("\n", "\n  ")}\nother: 1`;
    expect(redact(yaml).text).not.toMatch(/MIIE|q8f1|zXcV/);
    expect(redact(yaml).text).toMatch(/\nother: 1$/);
  });

  test("hides what is left of a key cut at its end or at its start", () => {
    const [begin = "", ...rest] = pem("RSA ", BODY).split("\n");
    expect(redact([begin, ...rest.slice(0, 2)].join("\n")).text).not.toMatch(/MIIE|q8f1/);
    expect(redact(["log line", ...rest].join("\n")).text).toBe(
      "log line\n[redacted]\n[redacted]\n[redacted]\n-----END RSA PRIVATE KEY-----",
    );
    expect(redact(`${begin}\nstep 1 loss 0.5\nstep 2`).text).toBe(`${begin}\nstep 1 loss 0.5\nstep 2`);
  });

  test("leaves public keys and certificates", () => {
    const text = `-----BEGIN CERTIFICATE-----\n${BODY}\n-----END CERTIFICATE-----\n-----BEGIN PUBLIC KEY-----\n${BODY}\n-----END PUBLIC KEY-----`;
    expect(redact(text)).toEqual({ text, hidden: 0 });
  });

  test("hides values with blanks in an environment dump and in YAML", () => {
    const env = "HOME=/root\nDB_PASSWORD=correct horse battery\nLANG=C.UTF-8";
    expect(redact(env).text).toBe("HOME=/root\nDB_PASSWORD=[redacted]\nLANG=C.UTF-8");
    const yaml = "db:\n  user: alice\n  password: correct horse battery  # old\n  port: 5432";
    expect(redact(yaml).text).toBe("db:\n  user: alice\n  password: [redacted]  # old\n  port: 5432");
  });

  test("hides a YAML block and a value on the line below its name", () => {
    expect(redact("secret_key: |\n  first half\n  second half\nnext: 1").text).toBe(
      "secret_key: |\n  [redacted]\n  [redacted]\nnext: 1",
    );
    expect(redact("env:\n- name: DB_PASSWORD\n  value: hunter2\n- name: MODE\n  value: train").text).toBe(
      "env:\n- name: DB_PASSWORD\n  value: [redacted]\n- name: MODE\n  value: train",
    );
  });

  test("hides a .netrc written over several lines", () => {
    expect(redact("machine api.wandb.ai\n  login user\n  password letmein").text).toBe(
      "machine api.wandb.ai\n  login user\n  password [redacted]",
    );
  });
});

describe("makeRedactor", () => {
  test("keeps the number of lines and changes nothing the second time on random text", () => {
    const pieces = [
      "password=",
      "token: ",
      '"',
      "'",
      "\n",
      " ",
      "abc123def456",
      "://u:p@h",
      "Bearer ",
      "\\",
      "=",
      "&sig=",
      "-----BEGIN PRIVATE KEY-----",
      "MIIEpAIBAAKCAQEA7bq0Zx0nq9v0",
      "--api-key ",
      "Cookie: a=",
      ";",
      "{",
      "}",
      "[redacted]",
    ];
    for (let round = 0; round < 400; round += 1) {
      const text = Array.from(randomBytes(60), (byte) => pieces[byte % pieces.length]).join("");
      const once = redact(text);
      expect(once.text.split("\n")).toHaveLength(text.split("\n").length);
      expect(redact(once.text).text, text).toBe(once.text);
    }
  });

  test("never throws on random bytes", () => {
    for (let round = 0; round < 100; round += 1) {
      expect(() => redact(randomBytes(3000).toString("latin1"))).not.toThrow();
    }
  });
});
