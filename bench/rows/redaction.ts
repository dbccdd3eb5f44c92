import { logBlocks } from "../harness/log-text.ts";
import { inTurn } from "../harness/measure.ts";
import { bundled } from "../harness/platform.ts";
import { type Bench, type Row, ratioRow } from "../harness/row.ts";

type Redact = (text: string) => { text: string };

const TEXT_BYTES = 4_000_000;
/** So much of what is worst: if it grows with the square, this is enough to see it. */
const WORST_BYTES = 400_000;

/** Hiding secrets in text: of a log, and of what would be worst for its patterns. */
export const redaction: readonly Bench[] = [
  { rows: ["redaction/log", "redaction/copy", "redaction/worst"], run },
];

const WORST: Record<string, string> = {
  "one long word": "a",
  dots: "a.",
  "equal signs": "a=",
  quotes: "'\"",
  "keys without an end": "-----BEGIN PRIVATE KEY-----\n",
  base64: "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=",
  "words of secrets": "password token secret api_key ",
  "options of commands": "--password --token ",
  "passwords of two words": "password: two words\n",
  "variables with secrets": "export TOKEN=abc\n",
  "parts of a query": "?key=",
  "one-time codes": "otp=123456 ",
  "passwords given to commands": "curl -u a:b\n",
  "passwords in URLs": "http://u:p@",
  "values behind tags": "key: !vault ",
  backslashes: '\\\\"',
  URLs: "https://user:",
  hex: "deadbeef0123456789",
  spaces: " \t",
  JSON: '{"a":[',
};

async function run(): Promise<Row[]> {
  const { makeRedactor }: { makeRedactor(known: string[]): Redact } = await import(
    await bundled(new URL("../../src/jobs/redact/index.ts", import.meta.url))
  );
  const redact = makeRedactor(["a-known-secret-value"]);
  const text = Buffer.concat([...logBlocks(TEXT_BYTES, 1)]).toString();
  const paired = await inTurn({
    ours: async () => redact(text),
    baseline: async () => copied(text),
    rounds: 15,
    warmUp: 3,
  });
  const perMs = (ms: number, bytes: number) => bytes / 1000 / ms;
  const plain = perMs(paired.ours.median, TEXT_BYTES);
  const worst = await slowest(redact, text.slice(0, WORST_BYTES));
  return [
    {
      ...{ name: "redaction/log", what: "log text, its secrets hidden", value: plain, unit: "MB/s" },
      range: [perMs(paired.ours.high, TEXT_BYTES), perMs(paired.ours.low, TEXT_BYTES)],
      goal: { atLeast: 60 },
    },
    ratioRow(paired, {
      name: "redaction/copy",
      what: "log text, its secrets hidden",
      against: "its lines copied",
    }),
    {
      ...{
        name: "redaction/worst",
        what: `the slowest of ${Object.keys(WORST).length} hostile texts: ${worst.name}`,
      },
      ...{ against: "log text of that length", value: worst.ratio, unit: "×", goal: { atMost: 10 } },
    },
  ];
}

function copied(text: string): string {
  const lines = text.split("\n");
  return lines.map((line) => Buffer.from(line).toString()).join("\n");
}

async function slowest(redact: Redact, text: string): Promise<{ name: string; ratio: number }> {
  let worst = { name: "", ratio: 0 };
  for (const [name, piece] of Object.entries(WORST)) {
    const hostile = piece.repeat(Math.ceil(text.length / piece.length)).slice(0, text.length);
    const pair = { ours: async () => redact(hostile), baseline: async () => redact(text), rounds: 5 };
    const { ratio } = await inTurn(pair);
    if (ratio.median > worst.ratio) worst = { name, ratio: ratio.median };
  }
  return worst;
}
