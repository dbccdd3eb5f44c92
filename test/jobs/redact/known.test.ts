import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeRedactor } from "../../../src/jobs/redact/index.ts";
import { knownSecrets } from "../../../src/jobs/redact/known.ts";
import { processorMs } from "../../support/busy.ts";

const SIGNS = `Zq7/x+Lm&29<aP>w'k "z`;
/** Too short to be known by its letters alone. */
const SHORT = `Zq/x+L&2<a>w'k "z.7`;
const LONG = Buffer.from("k".repeat(3) + Math.PI.toString().repeat(60)).toString("base64");
const hide = makeRedactor([SIGNS, SHORT, LONG]);
const base64 = (text: string) => Buffer.from(text).toString("base64");
const lower = (text: string) => text.replace(/%../g, (code) => code.toLowerCase());
const broken = (text: string, width: number, between: string) =>
  (text.match(new RegExp(`.{1,${width}}`, "g")) ?? []).join(between);

describe.for([SIGNS, SHORT])("a known value with signs, %s", (value) => {
  const url = encodeURIComponent(value);
  const json = JSON.stringify(value).slice(1, -1);
  test.each([
    ["as it is", value],
    ["in JSON", json],
    ["in JSON within JSON", JSON.stringify(json).slice(1, -1)],
    ["in JSON as Go and .NET write it", json.replace(/[&<>]/g, (sign) => `\\u00${hex(sign)}`)],
    ["in JSON as PHP writes it", json.replaceAll("/", "\\/")],
    ["in a URL", url],
    ["in a URL as Python writes it", url.replaceAll("%2F", "/").replaceAll("'", "%27")],
    ["in a form", url.replaceAll("%20", "+").replaceAll("'", "%27")],
    ["in a URL in lower case", lower(url)],
    ["in a URL within a URL", encodeURIComponent(url)],
    ["in HTML", html(value)],
    ["in HTML by numbers", value.replace(/[&<>'"]/g, (sign) => `&#${sign.charCodeAt(0)};`)],
    ["in a shell", value.replaceAll("'", "'\\''")],
    ["in a shell as Python writes it", value.replaceAll("'", `'"'"'`)],
    ["in a URL, each letter encoded", Buffer.from(value).toString("hex").replace(/../g, "%$&")],
    ["in hexadecimal digits", Buffer.from(value).toString("hex")],
    ["in capital hexadecimal digits", Buffer.from(value).toString("hex").toUpperCase()],
    [
      "in hexadecimal digits with colons",
      Buffer.from(value)
        .toString("hex")
        .replace(/..(?=.)/g, "$&:"),
    ],
  ])("is hidden %s", (_how, form) => {
    const { text, hidden } = hide(`it is ${form}; and more`);
    expect(text).toMatch(/^it is %?\[redacted\]; and more$/);
    expect(hidden).toBe(1);
  });
});

describe("a known value", () => {
  test("is found in hexadecimal digits, whatever else looks like a secret", () => {
    for (const value of [SIGNS, SHORT]) {
      const digits = Buffer.from(value).toString("hex");
      for (const form of [digits, digits.toUpperCase()])
        expect(knownSecrets([value])(`it is ${form}`)).toMatchObject([{ start: 6, end: 6 + form.length }]);
    }
  });

  test("is no other token, however much that looks like a piece of it", () => {
    const other = LONG.slice(0, 40).split("").reverse().join("");
    expect(knownSecrets([LONG])(`it is ${other}`)).toEqual([]);
    expect(knownSecrets([LONG])(`it is ${LONG.slice(0, 40)}`)).toMatchObject([{ start: 6, end: 46 }]);
  });

  test("is found with line ends of Windows where it has those of others", () => {
    expect(knownSecrets(["Zq7/x\nLm&29"])("it is Zq7/x\r\nLm&29")).toMatchObject([{ start: 6 }]);
    expect(knownSecrets(["Zq7/x\nLm&29"])("it is Zq7/x\r\rLm&29")).toEqual([]);
  });

  test("is known without the blanks and line ends around it", () => {
    expect(knownSecrets([" Tr0ub4dor\n"])("it is Tr0ub4dor.")).toEqual([{ start: 6, end: 15 }]);
  });

  test("is taken as it is written, sign by sign", () => {
    const other = SHORT.replace(".", "_");
    expect(hide(other)).toMatchObject({ text: other, hidden: 0 });
  });

  test.each(["", "x:", "ab:", "abc:"])("is hidden in base64 behind %j", (user) => {
    for (const value of [SIGNS, "Tr0ub4do"]) {
      const { text } = makeRedactor([value])(`basic ${base64(`${user}${value}:x`)} end`);
      expect(text).toMatch(/^basic \w{0,6}\[redacted\][\w=]{0,6} end$/);
    }
  });

  test("is hidden with line ends and letters beyond ASCII, however they are escaped", () => {
    const value = 'grüße-Zq7\n\\"29';
    const redact = makeRedactor([value]);
    const escaped = JSON.stringify(value).replace(/[üß]/g, (sign) => `\\u00${hex(sign)}`);
    for (const form of [value, JSON.stringify(value), escaped, encodeURIComponent(value)])
      expect(redact(form).text).not.toMatch(/Zq7|29/);
  });
});

describe("a long known value", () => {
  test.each([
    ["base64 of base64", broken(base64(LONG), 76, "\n")],
    ["base64 with the line end of echo", broken(base64(`${LONG}\n`), 76, "\n")],
    ["fold", broken(LONG, 80, "\n")],
    ["indented lines", broken(LONG, 72, "\r\n    ")],
    ["lines that a backslash goes on", broken(LONG, 79, "\\\n")],
    ["a box", broken(LONG, 76, " │\n│ ")],
    ["quoted lines", broken(LONG, 70, '"\n  "')],
    ["a dump of bytes", broken(base64(LONG), 76, "\\n")],
    ["short lines", broken(LONG, 10, "\n")],
  ])("is hidden in %s", (_how, form) => {
    const { text, hidden } = hide(`it is\n${form}\nindeed`);
    expect(text).toMatch(/^it is\n[\s\S]*\[redacted\][\s\S]*\nindeed$/);
    expect(text.replaceAll("redacted", "")).not.toMatch(/it is[\s\S]*[A-Za-z0-9]{3}[\s\S]*indeed/);
    expect(hidden).toBe(1);
    expect(text.split("\n")).toHaveLength(form.split("\n").length + 2);
  });

  test.each([
    ["a line of it", LONG.slice(80, 160)],
    ["a line of its base64", base64(LONG).slice(76, 152)],
    ["twenty letters of it", LONG.slice(90, 110)],
  ])("is hidden where a page holds only %s", (_how, piece) => {
    expect(hide(`it is\n${piece}\nindeed`)).toEqual({ text: "it is\n[redacted]\nindeed", hidden: 1 });
  });

  test("is hidden by a whole line of it where that is long, and by no shorter one", () => {
    const value = "Zq7xLm29aPwkZ70b\nZq7xLm29aPwkZ70\nx";
    const found = knownSecrets([value])("> Zq7xLm29aPwkZ70b;");
    expect(found.map(({ start, end }) => [start, end])).toContainEqual([2, 18]);
    for (const { start, end } of found) expect([start, end]).toEqual([2, 18]);
    expect(knownSecrets([value])("> Zq7xLm29aPwkZ70;")).toEqual([]);
  });

  test("is hidden in pieces of twenty letters, wherever they stand, and of no fewer", () => {
    const find = knownSecrets([LONG]);
    const [piece, less] = [LONG.slice(90, 110), LONG.slice(90, 109)];
    expect(find(piece)).toMatchObject([{ start: 0, end: 20 }]);
    expect(find(`it is ${piece}`)).toMatchObject([{ start: 6, end: 26 }]);
    for (const text of [less, `it is ${less}`, `${less}/`, `${less}x`]) expect(find(text)).toEqual([]);
  });

  test("is found in lines from sixteen letters on, their indentation left alone", () => {
    const [value, less] = ["Zq7xLm29aPwkZ70b", "Zq7xLm29aPwkZ70"];
    const redact = makeRedactor([value]);
    expect(redact("it is\n    Zq7xLm29\n    aPwkZ70b  \n").text).toBe(
      "it is\n    [redacted]\n    [redacted]  \n",
    );
    expect(knownSecrets([less])("it is\n    Zq7xLm29\n    aPwkZ70  \n")).toEqual([]);
  });

  test("is found in a piece with signs in it", () => {
    const value = "Zq7/xLm+29a.Pwk_Z70~bTr-0ub4dor/Kp3x";
    expect(knownSecrets([value])(`it is ${value.slice(2, 30)};`)).toMatchObject([{ start: 6, end: 34 }]);
  });

  test("is found from the first letter of a text on, and right behind another", () => {
    const find = knownSecrets([LONG, "Tr0ub4dor!!"]);
    expect(find(broken(LONG, 10, "\n"))[0]).toMatchObject({ start: 0, end: 10 });
    const piece = LONG.slice(20, 50);
    expect(find(`Tr0ub4dor!!${piece}`)).toMatchObject([
      { start: 0, end: 11 },
      { start: 11, end: 41 },
    ]);
  });

  test("is not found where its letters are far apart: four places each, on the whole", () => {
    const value = "Zq7xLm29aPwkZ70bTr0u";
    const apart = broken(value, 1, "   ").replace("x", "x    ");
    const find = knownSecrets([value]);
    expect(find(`so it is: ${apart}.`)).toMatchObject([{ start: 10, end: 10 + apart.length }]);
    expect(find(`so it is: ${apart.replace("x", "x ")}.`)).toEqual([]);
  });

  test("is one secret where a part of it is known, too", () => {
    const redact = makeRedactor([LONG.slice(0, 100), LONG.slice(50, 100)]);
    expect(redact(broken(LONG.slice(0, 100), 40, "\n"))).toMatchObject({ hidden: 1 });
  });

  test("is not made of the end of one and the beginning of another", () => {
    const [one, other] = [LONG.slice(0, 40), LONG.slice(100, 140)];
    for (const values of [
      [one, other],
      [other, one],
    ])
      expect(knownSecrets(values)(`it is ${one.slice(-15)}${other.slice(0, 15)}`)).toEqual([]);
  });

  test("is one secret in pieces that only blanks part, and several in others", () => {
    const [one, other] = [LONG.slice(0, 30), LONG.slice(40, 70)];
    expect(knownSecrets([LONG])(`${one}\n  ${other}`)).toMatchObject([
      { continues: false },
      { continues: true },
    ]);
    expect(knownSecrets([LONG])(`${one} and ${other}`)).toMatchObject([
      { continues: false },
      { continues: false },
    ]);
  });

  test("is counted once where pieces of it stand beside it", () => {
    const piece = LONG.slice(20, 50);
    const spans = knownSecrets([LONG])(`${piece}! ${LONG}! ${piece}! ${LONG}! ${piece}`);
    const ends = spans.map(({ start, end }) => `${start}-${end}`);
    const { length } = LONG;
    expect([...new Set(ends)].toSorted()).toEqual(
      [
        [0, 30],
        [32, 32 + length],
        [34 + length, 64 + length],
        [66 + length, 66 + 2 * length],
        [68 + 2 * length, 98 + 2 * length],
      ]
        .map((place) => place.join("-"))
        .toSorted(),
    );
    expect(hide(`${LONG} ${piece}`).hidden).toBe(2);
  });

  test("hides no words and addresses that it is made of", () => {
    const value = '{"token":"opaque-token-91f3c7","url":"https://api.us-east-1.example.org/api/v1"}';
    const text = "GET https://api.us-east-1.example.org/api/v1/jobs from example.org";
    expect(makeRedactor([value, "correct horse battery"])(text)).toEqual({ text, hidden: 0 });
  });
});

test("short known values hide nothing but themselves", () => {
  const redact = makeRedactor(["resnet5", "Tr0ub4", "abc123"]);
  const text = `resnet 5, abc:123, ${base64("xabc123")}, ${Buffer.from("abc123").toString("hex")}`;
  expect(redact(text)).toEqual({ text, hidden: 0 });
});

describe("a megabyte is searched within seconds for", () => {
  const noise = randomBytes(750_000).toString("base64");
  test.each<[string, string[], string]>([
    ["long values in lines", [LONG, LONG.slice(9)], broken(noise, 76, "\n")],
    ["long values in one line", [LONG], noise],
    ["long values that nearly stand there", [LONG], `${LONG.slice(0, -1)}!\n`.repeat(1300)],
    ["a hundred values", Array.from({ length: 100 }, () => randomBytes(30).toString("base64")), noise],
    ["quotes", [`${"'".repeat(40)}x`, `${"'\"".repeat(20)}x`], `'\\''`.repeat(250_000)],
    ["backslashes", [`${"\\".repeat(40)}x`, `${'\\"'.repeat(20)}x`], "\\".repeat(1_000_000)],
    [
      "escaped quotes that nearly stand there",
      [`${'\\"'.repeat(30)}x`],
      `${'\\\\\\"'.repeat(30)}y `.repeat(8000),
    ],
    ["percent signs", [`${"%".repeat(40)}x`, `${"%25".repeat(20)}x`], "%25".repeat(330_000)],
    ["ampersands", [`${"&".repeat(40)}x`, `${"&amp;".repeat(20)}x`], "&amp;".repeat(200_000)],
  ])("%s", (_what, values, text) => {
    const redact = makeRedactor(values);
    expect(processorMs(() => redact(text))).toBeLessThan(10_000);
  });
});

function hex(sign: string): string {
  return sign.charCodeAt(0).toString(16).padStart(2, "0");
}

function html(text: string): string {
  const names = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "#39" };
  return text.replace(/[&<>"']/g, (sign) => `&${names[sign as keyof typeof names]};`);
}
