import { describe, expect, test } from "vitest";
import { marked } from "../../support/marked.ts";

const RANDOM = "q1y2z3w4v5u6t7s8r9q0";

describe("what stands between a name and its value", () => {
  test.each([
    "password=⟦tulip9⟧",
    "password=12",
    "password=5ms",
    "password=1.5",
    "password=⟦1a2⟧",
    "password=⟦1Q⟧",
    "password==⟦tulip9⟧",
    "password := ⟦tulip9⟧",
    "password => ⟦tulip9⟧",
    "password:\t⟦tulip9⟧",
    "password        : ⟦tulip9⟧",
    "password%3D⟦tulip9⟧%26user=bob",
    "password%3d⟦tulip9⟧",
    "password&quot;:&quot;⟦tulip9⟧&quot;",
    "password&#34;: &#34;⟦tulip9⟧&#34;",
    "password&#39;=&#39;⟦tulip9⟧&#39;",
    'os.environ["PASSWORD"] = "⟦tulip9⟧"',
    "'''password''': ⟦tulip9⟧",
    '{\\"password\\":\\"⟦tulip9⟧\\"}',
    '{\\\\\\"password\\\\\\":\\\\\\"⟦tulip9⟧\\\\\\"}',
    "`password`: `⟦tulip9⟧`",
    "password://tulip9",
    "password::tulip9",
    "password=?a=tulip9",
    "password\n=tulip9",
    "password tulip9",
    "password",
    "password=",
    "password: ).",
    "your password is ).",
    "<password>⟦tulip9⟧</password>",
    "<password>⟦must be rose⟧</password>",
    "<b>password</b>tulip9<br>",
    "<password></password>",
    "<password>tulip9\n</password>",
    "password>tulip9</b>",
  ])("is known in %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});

describe("what stands before a value", () => {
  test.each([
    'password=b"⟦tulip⟧"',
    "password=rb'⟦tulip⟧'",
    'password=F"⟦tulip⟧"',
    "password=$'⟦tulip⟧'",
    "password=[ '⟦tulip⟧' ]",
    'password=Some("⟦tulip⟧")',
    "password=SecretStr('⟦tulip⟧')",
    "password=str(⟦tulip9⟧)",
    "password=⟦bcd⟧",
    'password="⟦tu\\"lip⟧"',
    "password='⟦tu\"lip⟧'",
    "password='⟦tulip⟧",
    "password=`⟦tulip rose⟧`",
    'password=""',
    "password='' x",
    'password="⟦tulip⟧',
  ])("is left in %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});

describe("where an unquoted value ends", () => {
  const LENGTHS = [1, 3, 60, 189, 190, 191, 192, 239, 240, 241, 250, 256, 257, 600];

  test.each([
    ["a blank", " and more"],
    ["the line", "\nmode=train"],
    ["the text", ""],
    ["a pair of a query", "&user=bob"],
    ["a pair of a connection", ";user=bob"],
    ["a pair of a list", ",user=bob"],
    ["a comma", ", user bob"],
    ["a semicolon", "; user bob"],
    ["a quote", "' and more"],
    ["a backslash", "\\n and more"],
  ])("is before %s, however long it is", (_what, rest) => {
    const texts = LENGTHS.map((length) => `password=⟦${RANDOM.repeat(40).slice(0, length)}⟧${rest}`);
    expect(texts.map((text) => marked(text).redacted)).toEqual(texts.map((text) => marked(text).expected));
  });

  test.each([
    ["the next pair", "&user=bob"],
    ["its fragment", "#top"],
    ["an escaped pair", "&amp;user=bob"],
    ["the end of a quote", '" and more'],
  ])("is in a query before %s", (_what, rest) => {
    const texts = [20, 189, 192, 239].map(
      (length) => `GET /x?a=b&token=⟦${RANDOM.repeat(20).slice(0, length)}⟧${rest}`,
    );
    expect(texts.map((text) => marked(text).redacted)).toEqual(texts.map((text) => marked(text).expected));
  });

  test.each([
    "password=⟦a;b,c&d%e#f⟧ x",
    "password=⟦a&b⟧&amp;x",
    "password=⟦tulip⟧%26user=bob",
    "password=⟦a&9=b⟧ x",
    "password=⟦tulip⟧).",
    "password=⟦tulip⟧]}>,.",
    "password=⟦9tu(lip)⟧.",
    "password=⟦9tu[lip]⟧)",
    "password=⟦tu{lip}⟧;",
    "password=⟦tu<lip>⟧:",
    "(password=⟦tulip⟧)",
    "password=⟦tulip)⟧))))))))",
    "password=⟦tulip⟧))))))))",
  ])("keeps what belongs to it: %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});

describe("a value that goes to the end of its line", () => {
  test.each([
    "HOME=/root\nDB_PASSWORD=⟦tulip rose⟧\nLANG=C",
    "DB_PASSWORD=⟦tulip rose⟧\nLANG=C",
    "HOME=/root\nDB_PASSWORD=⟦tulip rose⟧",
    "export HOME=/root\nexport DB_PASSWORD=⟦tulip rose⟧ # old",
    'declare -x HOME="/root"\ndeclare -x DB_PASSWORD=⟦tulip rose⟧  ',
    "HOME=/root\nDB_PASSWORD=⟦tulip⟧ USER=bob\nLANG=C",
    "HOME=/root\nDB_PASSWORD=⟦tulip⟧ user.name: bob\nLANG=C",
    "HOME=/root\nDB_PASSWORD=⟦tulip rose :⟧\nLANG=C",
    "step one\nDB_PASSWORD=⟦tulip⟧ rose\nstep two",
    "HOME=/root\nlog DB_PASSWORD=⟦tulip⟧ rose\nLANG=C",
    "HOME=/root\n\nDB_PASSWORD=⟦tulip⟧ rose\n\nLANG=C",
    "user: bob\napi_key: ⟦tulip9 rose⟧\nport: 5432",
    "- user: bob\n- api_key: ⟦tulip9 rose⟧",
    '"user": bob\n"api_key": ⟦tulip9 rose⟧ # old',
    "user:\n  api_key: ⟦tulip9 rose⟧",
    "user: bob\napi_key: ⟦tulip9⟧ rose: ivy",
    "user bob\napi_key: ⟦tulip9⟧ rose\nport 5432",
    "user:bob\napi_key: ⟦tulip9⟧ rose\nport:5432",
    "user: bob\nthe api_key: ⟦tulip9⟧ rose",
    "user: bob\napi_key: tulip rose",
    `HOME=/root\nDB_PASSWORD=⟦tulip${" rose".repeat(90)}⟧`,
    `HOME=/root\nDB_PASSWORD=⟦tulip⟧${" rose".repeat(110)}`,
  ])("is told by the lines beside it: %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });

  test.each([
    "api_key: |\n  ⟦tulip rose⟧\nmode: x",
    "api_key: >+2\n  ⟦tulip rose⟧\nmode: x",
    "a:\n  - api_key: |-\n      ⟦tulip rose⟧\n    mode: x",
    "api_key: |\nmode: x",
    "api_key: |",
    "api_key: |\n\n  tulip rose",
    "  api_key: |\n  tulip rose",
    "api_key: ||\n  tulip rose",
  ])("is a block only if it is indented: %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});

describe("a password of several words", () => {
  test.each([
    "password: ⟦tulip rose garden⟧",
    "password: ⟦tulip rose⟧, and more",
    "password => ⟦tulip rose garden⟧",
    "password=\t⟦tulip⟧ rose",
    "password=   ⟦tulip⟧ rose",
    "passphrase=⟦tulip⟧ rose\n",
    "passphrase=⟦tulip rose garden⟧  \nnext",
    "passphrase=⟦tulip⟧ rose garden  next1",
    "password=⟦tulip⟧ rose garden",
    "password: must be set",
    "password: '⟦tulip rose⟧' is too short",
    "the passphrase is ⟦tulip rose garden⟧",
    "the passphrase is tulip rose",
    "the passphrase is not set yet",
    "your password is ⟦4930⟧",
    "your password is ⟦493021493021⟧",
    "your password is 493",
    "your password is 4930214930211",
    "your password was ⟦tulip9x⟧",
    "your token is 493021",
    "your password is tulip",
  ])("is hidden alone in %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});

describe("a name in quotes, and its value elsewhere", () => {
  test.each([
    '{"name": "DB_PASSWORD", "value": "⟦tulip⟧"}',
    '{"name" : "db_password",  "value" : "⟦tulip⟧"}',
    '{\\"name\\": \\"db_password\\", \\"value\\": \\"⟦tulip⟧\\"}',
    "name='db_password', value='⟦tulip⟧'",
    "- name: db_password\n  value: ⟦tulip⟧",
    "- key: db_password\n- value: ⟦tulip⟧",
    '{"Key": "db_password", "Value": "⟦tulip⟧"}',
    '{"type": "db_password", "value": "tulip"}',
    '{"name": "x", "db_password", "value": "tulip"}',
    '{"rename": "db_password", "value": "tulip"}',
    '{"name": "db_password", "values": "tulip"}',
    '{"name": "db_password", "x": "value", "value": "tulip"}',
    'variable "api_token" { default = "⟦tulip⟧" }',
    'variable\t"api_token" {\n  type = string\n  default="⟦tulip⟧"\n}',
    'variable "x" "api_token" { default = "tulip" }',
    'variables "api_token" { default = "tulip" }',
    'variable "api_token" { nodefault = "tulip" }',
    '["--token", "⟦tulip⟧"]',
    "['--api-key','⟦tulip⟧']",
    "[--token, ⟦tulip⟧, --x]",
    "[--token, --x]",
    "define('DB_PASSWORD', '⟦tulip⟧')",
    "define('db_password', '⟦tulip9x⟧')",
    "define('db_password', 'tulip')",
    "define('token', 'tulip9xyz')",
    "run --password ⟦TULIP⟧ x",
    "run --password ⟦9TOKEN⟧ x",
    'x "y {"password": ⟦tulip⟧',
    'x  "password": tulip',
    '{"password": tulip rose}',
    "'DB_PASSWORD=⟦tulip rose⟧'",
    '["-e", "DB_PASSWORD=⟦tulip rose⟧"]',
    "'DB_PASSWORD=⟦tulip⟧ \"rose\" ivy'",
    "'DB_PASSWORD=⟦tulip⟧ USER=bob'",
    "'DB_PASSWORD=⟦tulip⟧\n'",
    "'DB_PASSWORD='",
    "Server=db;Password=⟦tulip rose⟧;User Id=bob",
    "Server=db;Password=⟦!?!⟧;User=bob",
    "Server=db;Password=⟦tulip⟧ rose",
    "Server=db; Password=⟦tulip⟧ rose;User=bob",
  ])("is hidden alone in %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});
