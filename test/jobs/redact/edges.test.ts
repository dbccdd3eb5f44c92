import { describe, expect, test } from "vitest";
import { makeRedactor } from "../../../src/jobs/redact/index.ts";
import { secrecyOf } from "../../../src/jobs/redact/secret-names.ts";
import { hideSpans } from "../../../src/jobs/redact/spans.ts";

const redact = makeRedactor();

describe("where a secret ends, and what only looks like one", () => {
  test.each([
    "login(password=password)",
    "call(token=self.token)",
    "x(password=db_password)",
    "password=_db_secret",
    "password=db.api_token more",
    "Bearer 12345678901",
    "Bearer 10.000.000,5",
    "token: 1234567890123",
    "token=2026-08-01T10:00:00",
    "auth=v1.2.3-rc1x",
    "Basic understanding",
    "password for bob: hunter2x and more",
    "key: a|\n  tulip",
    "hello\npassword tulip9x\n",
    "login bob\nthe password tulip9x\n",
    "login bob\npassword tulip9x more\n",
    "run --tokens tulip",
    'f("password", "tulip")',
    'f("Password", "tulip")',
    'f("myPASSWORD", "tulip")',
    "is password>tulip</b>",
    "step 1\nlog: -----END RSA PRIVATE KEY-----",
    "xENV DB_PASSWORD tulip",
    "set -e API_TOKEN tulip",
    'variable "api_token" "x" { default = "tulip" }',
    "token: oauth2-proxy",
    "token: distilbert-base-uncased-finetuned",
    "run --my-token tulip",
    "your token abc123def456",
    "csrf token: mismatchy",
    "token: abcdefghijklmnop",
    "token: aBcdefgHijKlmnop",
  ])("leaves %j", (text) => {
    expect(redact(text)).toEqual({ text, hidden: 0 });
  });

  test.each([
    ["DB_PASSWORD=*db_password*", ""],
    ["password=*db-password9*", ""],
    ["password=*9db_secret*", ""],
    ["Bearer *123456789a1*", ""],
    ["Basic *dXNlcjpwYXNz*", ""],
    ["got Basic *dXNlcjpwYXNzd29yZA==* back", ""],
    ["password: |\n  *tulip*\nb: 1", ""],
    ["password: |-2\n  *tulip*\n", ""],
    ["password: *|x*\n  tulip\n", "is no block"],
    ["password: *x|*\n  tulip", "is no block"],
    ["password=*hunter2*).", "ends with its sentence"],
    ["password=*a1b2{c3}*", "has its pair"],
    ["http -a bob:*hunter2x* GET x", ""],
    ["https -a bob:*hunter2x* x", ""],
    ["password for bob: *hunter2x*", ""],
    ["password for bob:*hunter2x*  ", ""],
    ["password=*tulip* rose garden", "is one word behind ="],
    ["passphrase=*tulip rose garden*\n", "is a phrase"],
    ['{"name":"DB_PASSWORD", "value": "*tulip*"}', ""],
    ['{"name": "DB_PASSWORD" \t,\n   "value" : "*tulip*"}', ""],
    ["name: DB_PASSWORD\n  value: *tulip*", ""],
    ["login bob\npassword *tulip9x*\n", "in a .netrc"],
    ["machine h\n  password   *tulip9x*  \nx", "in a .netrc"],
    ["run --token *tulip*", ""],
    ["  password: |\n    *tulip*\n  b: 1", "is indented"],
    ['define("DB_PASSWORD", "*tulip*")', "has a loud name"],
    ['["--token", "*tulip*"]', "is a flag's"],
    ["zip -P *tulip9* a.zip b", ""],
    ["unzip -P '*tulip rose*' a.zip", ""],
    ["openssl rsa -passin pass:*tulip9* -in a", ""],
    ["x; _gitlab_session=*0123456789abcdef0123456789abcdef*", "is a session"],
    ["my.password=*tulip*", "has its name behind a dot"],
    ["  ENV DB_PASSWORD *tulip9*", "is indented"],
    ["set -gx API_TOKEN *tulip9*", "of fish"],
    ["set -xg API_TOKEN *tulip9*", "of fish"],
    ["set -x API_TOKEN *tulip9*", "of fish"],
    ['variable  "api_token" {\n  default = "*tulip*"\n}', "of Terraform"],
    ["api_key: &anchor !vault *x1y2z3w4*", "behind an anchor"],
    ["run --secret *tulip*", ""],
    ["your token is *abc123def456*", ""],
    ["api-key: *zebra*", ""],
    ["token: *aBcdef+GhijKlmnop*", "mixes its letters"],
  ])("hides what is marked in %j %s", (marked) => {
    expect(redact(marked.replaceAll("*", "")).text).toBe(marked.replace(/\*[^*]*\*/, "[redacted]"));
  });

  test.each([
    ["\u001b[31mhf_abcdefghijklmnopqrstuvwxyzabcdefgh\u001b[0m", "[redacted]"],
    ["\u001b[1m\u001b(Bhf_abcdefghijklm\u001b[4mnopqrstuvwxyzabcdefgh\u001b[m.", "[redacted]."],
    ["password=\u001b7tulip9x\u001b[0K", "password=[redacted]"],
  ])("are seen through what a terminal obeys: %j", (text, shown) => {
    expect(redact(text).text).toBe(shown);
  });

  test("are several that touch, and one that overlap", () => {
    const spans = (end: number) => [
      { start: 0, end },
      { start: 3, end: 6 },
    ];
    expect(hideSpans("abcdef", spans(3))).toEqual({ text: "[redacted][redacted]", hidden: 2 });
    expect(hideSpans("abcdef", spans(4))).toEqual({ text: "[redacted]", hidden: 1 });
  });
});

describe("the words of a name", () => {
  test.each([
    "APIKey",
    "myAPIKey",
    "HFToken",
    "hfToken",
    "DBPassword",
    "AWSSecretKey",
    "apikey",
    "JWTSecret",
  ])("make %s a secret's", (name) => {
    expect(secrecyOf(name)).toBe("sure");
  });

  test.each(["monkeyKey", "XKey", "maxTokens", "MAXTokens"])("make %s none", (name) => {
    expect(secrecyOf(name)).toBe("no");
  });
});
