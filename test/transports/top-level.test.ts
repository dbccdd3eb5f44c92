import { describe, expect, test } from "vitest";
import { LineSplitter, MAX_LINE_BYTES } from "../../src/transports/line-splitter.ts";
import { TopLevel } from "../../src/transports/top-level.ts";

const BOM = "\uFEFF";

describe("the top level of a message", () => {
  test.for([
    ["an id at the beginning", '{"id":7,"method":"m","params":{"id":8}}', { id: 7, method: "m" }],
    [
      "an id after long params",
      '{"method":"m","params":{"a":{"id":8},"b":[{"id":9}]},"id":"seven"}',
      { id: "seven", method: "m" },
    ],
    ["blanks and a byte order mark", `${BOM} { "method" : "m" , "id" : -7 }\r`, { id: -7, method: "m" }],
    ["marks within a text", '{"params":"\\"id\\":8,}{\\\\","id":7}', { id: 7 }],
    ["escaped keys and wide characters", '{"i\\u0064":"\\u00e4ä💥"}', { id: "ää💥" }],
    ["an answer", '{"id":7,"result":{"id":8}}', { id: 7, result: null }],
    ["an id that is an object", '{"id":{"id":8},"error":[]}', { id: null, error: null }],
    ["an id that is too long", `{"id":"${"x".repeat(300)}","${"y".repeat(300)}":1}`, { id: null }],
    ["a batch", '[{"id":7},{"id":8}]', {}],
    ["a torn message", '{"id":7,"params":"torn', { id: 7 }],
    ["words", "hello, id: 7", {}],
    ["marks out of place", "]]}}{", {}],
  ] as const)("is read of %s, however it is split", ([, text, members]) => {
    const [whole, split] = [new TopLevel(), new TopLevel()];
    whole.push(Buffer.from(text));
    for (const byte of Buffer.from(text)) split.push(Buffer.of(byte));
    expect(whole.members).toEqual(members);
    expect(split.members).toEqual(members);
  });
});

describe("a line that is too long", () => {
  test("is read from its beginning to its end, and the next one is whole", () => {
    const splitter = new LineSplitter();
    const fill = Buffer.alloc(1024 * 1024, "x");
    const pieces = [Buffer.from('{"id":7,"params":"'), ...Array.from({ length: 11 }, () => fill)];
    const lines = [...pieces, Buffer.from('","method":"m"}\n{"id":8}\n{"id"')].flatMap((piece) => [
      ...splitter.push(piece),
    ]);
    const bytes = 11 * fill.length + 33;
    expect(lines).toEqual([{ bytes, members: { id: 7, method: "m" } }, '{"id":8}']);
    expect(splitter.take()).toBe('{"id"');
  });

  test("is one byte longer than the longest", () => {
    const splitter = new LineSplitter();
    const longest = Buffer.alloc(MAX_LINE_BYTES, "x");
    expect([...splitter.push(Buffer.concat([longest, Buffer.from("\n")]))]).toEqual([longest.toString()]);
    expect([...splitter.push(Buffer.concat([longest, Buffer.from("x\n")]))]).toEqual([
      { bytes: MAX_LINE_BYTES + 1, members: {} },
    ]);
  });
});
