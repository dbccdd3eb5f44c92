import { describe, expect, test } from "vitest";
import { marked } from "../../support/marked.ts";

const MIXED = "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hJ3kL5mN7pQ9rS1tU3vW5xY7zA9bC1dE3fG5hJ7kL";
const HEX = "89abcdef0123456789abcdef0123456789abcdef";
const OKTA = `00${MIXED.slice(0, 40)}`;
const AWS = `AKI${"A"}Z7Q4M2X9K1B3C5D8`;
const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");

describe("a secret in a fixed surrounding", () => {
  test.each([
    "POST https://hooks.slack.com/services/⟦T0AB/B0CD/x9y8z7w6⟧ 200",
    "hooks.slack.com/workflows/⟦T0AB/A0CD/4711/x9y8z7w6⟧",
    "hooks.slack.com/triggers/⟦T0AB/4711/x9-y8_z7w6⟧",
    "hooks.slack.com/services/T0AB is short",
    `discord.com/api/webhooks/12345/⟦${MIXED.slice(0, 20)}⟧`,
    `discordapp.com/api/webhooks/123456789012345678/⟦${MIXED.slice(0, 66)}_-⟧?wait=true`,
    `discord.com/api/webhooks/1234/${MIXED.slice(0, 20)}`,
    `discord.com/api/webhooks/12345/${MIXED.slice(0, 19)}`,
    "https://outlook.office.com/webhook/⟦a1b2c3d4-e5f6@a1b2c3d4/IncomingWebhook/9f8e⟧ sent",
    "outlook.office365.com/webhookb2/⟦a1b2c3d4-e5f6-4711-8899⟧",
    "'https://acme.webhook.office.com/webhookb2/⟦a1b2c3d4-e5f6-4711-8899⟧'",
    "outlook.office.com/webhook/a1b2c3",
    "hooks.zapier.com/hooks/catch/⟦1234567/ab3cd5e⟧",
    "hooks.zapier.com/hooks/catch/1234567",
    `acme.tines.com/webhook/⟦${HEX.slice(0, 32)}/${HEX.slice(8)}⟧`,
    `acme.tines.com/webhook/${HEX.slice(0, 32)}`,
    `okta ⟦${OKTA}⟧ used`,
    `Okta says that ⟦${OKTA}⟧ works`,
    `OKTA: "⟦${OKTA}⟧"`,
    `okta-x: see\nthe id ${OKTA}`,
    `okta x${OKTA}`,
    `okta -${OKTA}`,
    `okta ${OKTA}x`,
    `oktane ${OKTA}`,
    `GET https://api.telegram.org/bot⟦12345678:${MIXED.slice(0, 35)}⟧/getMe`,
    `robot12345678:${MIXED.slice(0, 35)}`,
    `bot1234567:${MIXED.slice(0, 35)}`,
    "conda install -c https://conda.anaconda.org/t/⟦ab-12345678-cd⟧/acme torch",
    "anaconda.org/t/packages-of-acme",
    `Unseal Key 1: ⟦${MIXED.slice(0, 43)}=⟧`,
    `Unseal Key 12: ⟦${MIXED.slice(0, 43)}=⟧`,
    "Unseal Key 1: is missing",
    `{"value": "⟦${MIXED}==⟧"}`,
    `{"key":"⟦${MIXED}==⟧"}`,
    `{"value": "${MIXED.slice(1)}=="}`,
    "CREATE USER bob IDENTIFIED BY '⟦tulip rose⟧'",
    "create user bob identified with caching_sha2 by '⟦tulip⟧';",
    "IDENTIFIED BY PASSWORD '⟦*94BDCEBE19083CE2⟧'",
    "IDENTIFIED BY ''",
    "UNIDENTIFIED BY 'tulip'",
    `{"username": "bob", "key": "⟦${HEX.slice(0, 32)}⟧"}`,
    `{"username":"bob","key":"⟦tulip-rose-garden9⟧"}`,
    `{"username":"bob","key":"tulip"}`,
    "x\npassword for bob: ⟦hunter2x⟧\ny",
    "Password for bob's:⟦tulip9⟧ \t",
    "password for bob: tul",
    `⟦${AWS}⟧,⟦${MIXED.slice(0, 40)}⟧`,
    `"⟦${AWS}⟧": "⟦${MIXED.slice(0, 40)}⟧"`,
    `'⟦${AWS}⟧' | '⟦${MIXED.slice(0, 38)}/+⟧'`,
    `⟦${AWS}⟧ ${MIXED.slice(0, 41)}`,
    `⟦${AWS}⟧ is ${MIXED.slice(0, 40)}`,
    "get(url, auth=('bob', '⟦tulip⟧'))",
    'get(url, auth = ("bob","⟦tulip rose⟧"))',
    'HTTPBasicAuth( "", "⟦tulip⟧")',
    "HTTPDigestAuth('bob', '⟦tulip⟧')",
    "BasicAuth('bob', '⟦tulip⟧')",
    "oauth=('bob', 'tulip')",
    "jdbc:oracle:thin:scott/⟦tiger⟧@db:1521",
    "jdbc:oracle:thin:@db:1521",
  ])("is hidden alone in %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});

describe("a key of Weights & Biases", () => {
  test.each([
    `wandb login ⟦${HEX}⟧`,
    `wandb login --relogin --host x ⟦${HEX}⟧ done`,
    `wandb: your key is:⟦${HEX}⟧`,
    `wandb: will keep the key "⟦${HEX}⟧"`,
    `wandb run ${HEX}`,
    `wandbx login ${HEX}`,
    `mywandb login ${HEX}`,
    `wandb login\ncommit ${HEX}`,
    `wandb\nlogin ${HEX}`,
    `wandb keys x${HEX}`,
    `wandb keys ${HEX}0`,
    `wandb keys ${HEX.slice(1)}`,
  ])("is hidden alone in %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});

describe("base64 of JSON", () => {
  test.each([
    `got ⟦${json({ token: "abc", more: "of it" })}⟧ back`,
    `got ⟦${json({ token: "abc", more: "of its" })}⟧ back`,
    `got ⟦${json({ token: "abc", more: "of it all" })}⟧ back`,
    `got ⟦${json({ "refresh-token": "x", url: "https://x.example" })}⟧`,
    `got ⟦${Buffer.from('{"api_key" : "abc", "url":"x.example"}').toString("base64")}⟧`,
    `got ⟦${json({ apikey: "x", url: "https://x.example/" })}⟧`,
    `got ⟦${json({ password: "x", url: "https://x.example/" })}⟧`,
    `got ${json({ tokens: 5, url: "https://x.example/" })}`,
    `got ${json({ url: "https://x.example/", what: "a token" })}`,
    `got ${json({ auth: "x" })}`,
    `got x${json({ token: "abc", more: "of it" })}`,
    `got /${json({ token: "abc", more: "of it" })}`,
  ])("is hidden if a secret's name is in it: %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});

describe("a URL", () => {
  test.each([
    "redis://:⟦tulip⟧@cache",
    "https://bob:⟦tulip⟧@h and https://amy:⟦rose⟧@h",
    "(mysql+pymysql://root:⟦toor⟧@10.0.0.5/app)",
    "https://bob:⟦123456⟧@h",
    "https://bob:⟦12345a⟧@h",
    "https://bob:12345@h",
    "https://bob:1:2@h",
    "https://bob:⟦1:2a⟧@h",
    "https://bob:$PASSWORD@h",
    "https://bob:@h",
    "http://host:8080/@scope/package",
    "http://host:8080/x a@b.example",
    "http://host:8080?to=a@b.example",
    "http://host:8080#a@b.example",
    "http://host:8080,a@b.example",
    "http://host:8080'a@b.example",
    'http://host:8080"a@b.example',
    "docker://registry:v2@sha256:abcd",
    "docker://registry:x/v2@sha256:abcd",
    "https://bob:⟦tu/lip9⟧@h.example",
    "https://bob:⟦tu/li/p9⟧@9.example",
    "https://bob:/tulip9@h.example",
    "https://bob:tu/lip9@ and more",
    "https://bob tulip:tulip@h",
    "https://⟦x1y2z3w4v5u6t7s8r9q0⟧@git.example/x",
    "https://x1y2z3w4v5u6t7s8r9q@git.example/x",
    "https://continuous-integration-bot@git.example/x",
    "mailto://x1y2z3w4v5u6t7s8r9q0'@git.example/x",
    "bob:tulip@h",
    "root:⟦tulip⟧@tcp(db:3306)/app",
    "app.user-1:⟦tulip⟧@unix(/tmp/db.sock)",
    "root:tulip@udp(db:3306)/app",
    "root:@tcp(db:3306)/app",
    "DSN is\n root:⟦tulip⟧@tcp(db)\nend",
  ])("keeps all but its secret: %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});

describe("what an HTTP client sends", () => {
  test.each([
    "sent Bearer ⟦abc123def456⟧.",
    "sent bearer \t⟦abc123def456⟧, then",
    "sent Negotiate  ⟦YIIabc123def456==⟧",
    "sent Bearer ⟦abc.123-def~456/x+y=z:w_⟧",
    "sent Bearer a1b2c",
    "sent forBearer abc123def456",
    "the Bearer of this-letter",
    "sent Basic  ⟦dXNlcjpwYXNz⟧, then",
    "sent Basic \t⟦dXNlcjpwYXNzd29yZA==⟧.",
    "sent aBasic dXNlcjpwYXNz",
    `sent Basic ${Buffer.from("user:\u0007pass").toString("base64")}`,
    `sent Basic ${Buffer.from("userpassword").toString("base64")}`,
    `sent Basic ${Buffer.from("user:").toString("base64")}`,
    `sent Basic ⟦${Buffer.from(":pass").toString("base64")}⟧`,
  ])("is hidden alone in %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});

describe("a code that is used once", () => {
  test.each([
    "Your one-time code is ⟦493021⟧.",
    "your onetime pass-phrase: ⟦493 021⟧",
    "log in code = ⟦4930⟧",
    "2FA token -> ⟦493-021⟧",
    "authenticator token: ⟦493021⟧",
    "image token: 4096",
    "two-factor code => '⟦493021⟧'",
    "verification code (OTP): ⟦493021⟧",
    'sms_code": "⟦493021⟧"',
    "totp was ⟦493021⟧",
    "one-time pin is ⟦4930⟧",
    "card PIN ⟦4930⟧ set",
    "my verification code ⟦493021⟧",
    "xverification code is 493021",
    "my-verification code is 493021",
    "verification code is 493",
    "verification code is 493021ms",
    "verification code is 4930.5",
    "verification code is 4930%",
    "verification code is 4930-b",
    "verification code is 12345678901",
    "status code is 4930",
    "verification code: exit 4930",
    "otp=⟦493021⟧ and user_otp=⟦493022⟧",
    "TOTP='⟦493021⟧'",
    'my_totp"="⟦493021⟧"',
    "laptop=493021",
    "my-otp=493021",
    "otp=493021x",
    "otp=49302.5",
    "⟦493021⟧ is your verification code",
    "G-⟦493021⟧ is your Google verification code",
    "⟦493 021⟧ is the one time passcode",
    "⟦4930⟧ is your pin",
    "x493021 is your code",
    "1.493021 is your code",
    "493021 is a code",
    "493021 is your number in the line of codes",
    "use code ⟦493021⟧ to go on",
    "Enter the code: ⟦493021⟧",
    "type this code ⟦493 021⟧.",
    "because code 493021 failed",
    "reuse code 493021",
    "use code 493021%",
    "use codes 493021",
    "code 493021",
  ])("is hidden alone in %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});
