import { describe, expect, test } from "vitest";
import { secrecyOf } from "../../../src/jobs/redact/secret-names.ts";
import { marked } from "../../support/marked.ts";

const RANDOM = "x1y2z3w4v5u6t7s8";

describe("a name", () => {
  test.each([
    ...["DB_PASS", "db_pwd", "CLIENT_SECRET", "API_TOKEN", "api.key", "CREDENTIALS", "basic_auth", "JWT"],
    ...["X-SAS-Key", "GITHUB_PAT", "bearer", "cookie_secret", "PHPSESSID", "sessionid", "connect.sid", "pw"],
    ...["passcode", "backup_phrase", "mnemonic", "SENTRY_DSN", "user_otp", "my-api-key", "Passwort"],
  ])("says that its value is a secret: %s", (name) => {
    const texts = [`${name}=⟦${RANDOM}⟧`, `"${name}": "⟦${RANDOM}⟧"`, `x ${name}: ⟦${RANDOM}⟧ y`];
    expect(texts.map((text) => marked(text).redacted)).toEqual(texts.map((text) => marked(text).expected));
  });

  test.each([
    ["a name before a secret's", `hash=${RANDOM} token=⟦${RANDOM}⟧`],
    ["signs before it", `--token=⟦${RANDOM}⟧ --x`],
    ["a path", `x/etc/token: ⟦${RANDOM}⟧`],
    ["a hundred characters", `${"x".repeat(94)}_token=⟦${RANDOM}⟧`],
    ["more characters", `${"x".repeat(95)}_token=${RANDOM}`],
    ["a secret's name within another's value", "password=⟦token=tulip9⟧ x"],
    ["a letter of another alphabet before it", `étoken=⟦${RANDOM}⟧`],
  ])("is read with %s", (_what, text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });

  test.each([
    ["csrf", `csrf token: ⟦${RANDOM}⟧`],
    ["api", "api key: ⟦tulip9⟧"],
    ["api", "API  key: tulip9"],
    ["api", "api\tkey: ⟦tulip9⟧"],
    ["api", "api\nkey: tulip9"],
    ["a letter", "x key: tulip9"],
    ["many letters", `${"x".repeat(30)}api key: tulip9`],
    ["access", "access key=⟦tulip⟧"],
    ["primary", "primary key=tulip"],
    ["client", "client secret: ⟦tulip⟧"],
    ["seed", "seed phrase: ⟦tulip rose ivy⟧"],
    ["a", "a phrase: tulip rose ivy"],
    ["session", "a session token: mismatch"],
    ["db", "db pass: ⟦tulip⟧"],
    ["country", "country code: tulip9"],
  ])("may be of two words, the first %s: %j", (_word, text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });

  test.each([
    ["https://token:x1y2z3w4v5u6@h", "https://token:⟦x1y2z3w4v5u6⟧@h"],
    ["https://h/?x=1#token:", `https://h/?x=1#token:⟦${RANDOM}⟧`],
    ["https://h/token:", `https://h/token:⟦${RANDOM}⟧`],
    ["https://h token:", `https://h token:⟦${RANDOM}⟧`],
  ])("is no user of a URL unless it stands as one: %s", (_what, text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});

describe("a flag", () => {
  test.each([
    "run --token ⟦tulip9⟧ x",
    "run -token ⟦tulip⟧; x",
    "--secret ⟦tulip⟧",
    'cmd="--token ⟦tulip⟧"',
    "`--token ⟦tulip⟧`",
    "[--token ⟦tulip⟧]",
    "(--token ⟦tulip⟧)",
    "x=--token ⟦tulip⟧",
    "x,--token ⟦tulip⟧",
    "run --token=⟦tulip9⟧",
    "run x--token tulip",
    "run ---token tulip",
    "run /--token tulip",
    "run --token TOKEN",
    "run [--token API_KEY]",
    "run --token --x",
    "run --token",
    "run --key tulip",
    "run --code tulip",
    "npm config set api_token ⟦tulip⟧",
    "npm config set   registry.api_token ⟦tulip⟧",
    "npm config reset api_token tulip",
    "npm config set the api_token tulip",
    'the password "⟦tulip⟧" is wrong',
    'the token "tulip" is wrong',
    `the token ⟦${RANDOM}⟧ is wrong`,
    "the token x1y2z3w4v5u6t7s is wrong",
    "the token -x1y2z3w4v5u6t7s8 is wrong",
  ])("has its value behind it: %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});

describe("a part of a query", () => {
  test.each([
    ...["sig", "signature", "X-Amz-Signature", "x-amz-credential", "X-Amz-Security-Token", "token", "secret"],
    ...["X-Goog-Signature", "x-goog-credential", "auth", "apikey", "api-key", "hdnea"],
  ])("is hidden whatever it is under %s", (name) => {
    const texts = ["?", "?a=b&", "?a=b&amp;", "?a=b\\u0026", "?a=b%26"].map(
      (before) => `GET /x${before}${name}=⟦tulip⟧&c=d`,
    );
    expect(texts.map((text) => marked(text).redacted)).toEqual(texts.map((text) => marked(text).expected));
  });

  test.each(["key", "code", "sid", "session", "ticket", "pass", "AWSAccessKeyId", "OSSAccessKeyId"])(
    "is hidden if it looks like a token under %s",
    (name) => {
      const texts = ["?", "?a=b&", "?a=b&amp;", "?a=b\\u0026", "?a=b%26"].flatMap((before) => [
        `GET /x${before}${name}=⟦x1y2z3w4v5u6⟧&c=d`,
        `GET /x${before}${name}=x1y2z3w4v5u&c=d`,
      ]);
      expect(texts.map((text) => marked(text).redacted)).toEqual(texts.map((text) => marked(text).expected));
    },
  );

  test.each([
    "GET /x?design=tulip",
    "GET /x?sigma=tulip",
    "GET /x;code=x1y2z3w4v5u6",
    "GET /x?a=6code=x1y2z3w4v5u6",
    "GET /x?a=26code=x1y2z3w4v5u6",
    "GET /x?xx-amz-signature=tulip",
    "code=x1y2z3w4v5u6",
    "GET /x?key=?code=⟦x1y2z3w4v5u6⟧",
  ])("is none in %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});

describe("how much a name says", () => {
  const NAMES = {
    sure: [
      ...[
        "password",
        "userPassword",
        "passwd2",
        "DB_PASSWORD_OLD",
        "mypassword",
        "clientsecret",
        "jwtsecret",
      ],
      ...[
        "privatekey",
        "authtoken",
        "api_key",
        "api_key_2",
        "apiKeyValue",
        "AWS_SECRET_ACCESS_KEY",
        "hf_token",
      ],
      ...["ID_TOKEN", "TOKEN", "SECRET", "X_TOKEN", "clientSecret", "db_pass", "passphrase", "seed_phrase"],
      ...[
        "NEURO_PASSED_CONFIG",
        "DBPASS",
        "MYSQLPWD",
        "PWD",
        "ssh_passphrase",
        "dbpass",
        "sshpass",
        "userpwd",
      ],
    ],
    maybe: [
      ...["token", "secret", "my_token", "x_secret", "KEY", "X_KEY", "pass", "PASS", "x_pass", "credentials"],
      ...["jwt", "pat", "otp", "cookie", "dsn", "PHPSESSID", "connect.sid", "express.connect.sid"],
      ...["apptoken", "mysecret", "AUTH", "BEARER"],
    ],
    no: [
      ...[
        "",
        "key",
        "my_key",
        "primary_key",
        "PRIMARY_KEY",
        "max_tokens",
        "pad_token",
        "PAD_TOKEN",
        "monkey",
      ],
      ...["forward_pass", "FORWARD_PASS", "image_secret", "secrets", "config", "passed", "xconnect.sid"],
      ...["connect.sidx", "phrase", "first_phrase", "sshpasses", "oldpwd", "OLDPWD", "xsshpass", "compass"],
      ...["12", "value", "data"],
    ],
  };

  test.each(Object.entries(NAMES))("is %s", (secrecy, names) => {
    expect(names.filter((name) => secrecyOf(name) !== secrecy)).toEqual([]);
  });
});
