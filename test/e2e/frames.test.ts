import { describe, expect, test } from "vitest";
import { Bin, initialize, request, toolCall } from "../support/bin.ts";

const BOM = "\uFEFF";
const refusal = (id: unknown, code: number, message = /./) =>
  expect.objectContaining({
    id,
    error: { code, message: expect.stringMatching(message) },
  });

describe("what a client sends", { tags: "hostility" }, () => {
  test("is answered with its id, whatever of it cannot be understood, and stderr says so", async () => {
    const bin = new Bin();
    bin.write(`${BOM}${JSON.stringify(initialize())}\r`, "", "  ");
    expect(await bin.answer("init")).toMatchObject({ result: { protocolVersion: "2025-11-25" } });
    bin.write("hello", '{"jsonrpc":"2.0","id":1,"method":"ping"', "5", "null", '"text"');
    bin.write(
      { jsonrpc: "2.0", id: 2 },
      { jsonrpc: "2.0", id: 3, method: 5 },
      { jsonrpc: "1.0", id: 4, method: "ping" },
      { id: "five", method: "ping" },
      { jsonrpc: "2.0", id: 6, method: "ping", more: true },
      { jsonrpc: "2.0", id: null, method: "ping" },
      { jsonrpc: "2.0", id: { a: 1 }, method: "ping" },
      { jsonrpc: "2.0", id: 1.5, method: "ping" },
      { jsonrpc: "2.0", method: 7 },
      request(8, "ping", []),
      request(9, "ping", "text"),
      request(10, "ping", { _meta: 5 }),
      request(11, "no/such/method"),
      [request(12, "ping"), { jsonrpc: "2.0", id: 13 }],
      [],
    );
    bin.write(
      { jsonrpc: "2.0", id: 99, result: 5 },
      { jsonrpc: "2.0", method: "notifications/x", params: 3 },
    );
    expect(await bin.end(JSON.stringify(request("last", "ping")))).toBe(0);
    const { frames } = bin;
    const nobody = frames.filter(({ id }) => id === null).map(({ error }) => error.code);
    expect(nobody).toEqual([-32700, -32700, -32600, -32600, -32600, -32600, -32600, -32600, -32600]);
    for (const id of [2, 3, 4, "five", 6, 1.5, 12, 13]) expect(frames).toContainEqual(refusal(id, -32600));
    for (const id of [8, 9, 10]) expect(frames).toContainEqual(refusal(id, -32602));
    expect(frames).toContainEqual(refusal(11, -32601));
    expect(frames).toContainEqual({ jsonrpc: "2.0", id: "last", result: {} });
    expect(frames.some(({ id }) => id === 99)).toBe(false);
    const lines = bin.stderr.split("\n").filter((line) => line.includes("could not understand"));
    expect(lines.length).toBeGreaterThanOrEqual(20);
  });

  test("may have null where something is not set", async () => {
    const bin = new Bin();
    const { params = {} }: { params?: object } = initialize();
    const capabilities = { elicitation: null, experimental: null, roots: { listChanged: true } };
    bin.write({
      ...request("init", "initialize", { ...params, capabilities, _meta: null }),
      params: { ...params, capabilities, _meta: null },
    });
    bin.write({ jsonrpc: "2.0", method: "notifications/initialized", params: null });
    const empty = { name: "job_list", arguments: null, _meta: { progressToken: null } };
    bin.write(
      request(1, "ping", null),
      request(2, "tools/list", null),
      request(3, "tools/list", { cursor: null }),
      request(4, "tools/call", empty),
      toolCall(5, "job_list"),
      toolCall(6, "job_list", { limit: null }),
      request(7, "resources/list", null),
      request(8, "prompts/list", { cursor: null }),
    );
    await bin.end();
    for (const id of ["init", 1, 2, 3, 4, 5, 6, 7, 8]) {
      const frame = bin.frames.find((each) => each.id === id);
      expect(frame, `answer ${id}`).toHaveProperty("result");
      expect(frame.result.isError ?? false, JSON.stringify(frame)).toBe(false);
    }
  });

  test("is told which of its params is wrong, without the library's words", async () => {
    const bin = new Bin();
    bin.write(initialize());
    const wrong: [string, unknown, RegExp][] = [
      ["tools/call", undefined, /tools\/call cannot be read: params: expected object/],
      ["tools/call", null, /params: expected object/],
      ["tools/call", {}, /name: expected string/],
      [
        "tools/call",
        { name: "job_list", arguments: [] },
        /arguments: give an object of arguments by name; got a list/,
      ],
      ["tools/call", { name: 5 }, /name: expected string, received number/],
      ["resources/read", {}, /uri: /],
      ["resources/subscribe", { uri: ["a"] }, /uri: /],
      ["prompts/get", { name: "diagnose-job", arguments: { job: {} } }, /"job": give a text\. E\.g\./],
      ["completion/complete", { ref: 5 }, /ref: .*argument: /],
      ["initialize", {}, /protocolVersion: .*capabilities: .*clientInfo: /],
    ];
    bin.write(...wrong.map(([method, params], id) => ({ jsonrpc: "2.0", id, method, params })));
    await bin.end();
    for (const [id, [, , message]] of wrong.entries()) {
      const { error } = bin.frames.find((frame) => frame.id === id);
      expect(error).toEqual({ code: -32602, message: expect.stringMatching(message) });
      expect(error.message).not.toMatch(/\[$|zod|invalid_type|"code"|"path"/i);
    }
  });

  test.each(["2025-03-26", "2024-11-05"])("may be a batch in a session of %s", async (version) => {
    const bin = new Bin();
    bin.write(initialize(version));
    bin.write([
      request(1, "ping"),
      { jsonrpc: "2.0", method: "notifications/initialized" },
      toolCall(2, "job_list"),
      5,
      { jsonrpc: "2.0", id: 3 },
      initialize(version),
      toolCall(4, "job_wait", { jobs: ["none"] }),
    ]);
    bin.write([{ jsonrpc: "2.0", method: "notifications/initialized" }], request(5, "ping"), []);
    await bin.end();
    const [batch, ...others] = bin.frames.filter((frame) => Array.isArray(frame));
    expect(others).toEqual([]);
    expect(batch).toHaveLength(6);
    for (const id of [1, 2, 4])
      expect(batch).toContainEqual(expect.objectContaining({ id, result: expect.anything() }));
    for (const id of [3, null, "init"]) expect(batch).toContainEqual(refusal(id, -32600));
    expect(bin.frames).toContainEqual(expect.objectContaining({ id: 5, result: {} }));
    expect(bin.frames).toContainEqual(refusal(null, -32600, /empty/));
  });

  test("may be split anywhere, and be larger than any message should be", async () => {
    const bin = new Bin();
    bin.write(initialize());
    await bin.answer("init");
    const bytes = Buffer.from(`${JSON.stringify(toolCall(1, "größer 💥"))}\n`);
    for (const byte of bytes) bin.child.stdin.write(Buffer.of(byte));
    expect(JSON.stringify(await bin.answer(1))).toContain("größer 💥");
    bin.child.stdin.write(Buffer.alloc(11 * 1024 * 1024, "x"));
    bin.write("", request(2, "ping"));
    await bin.answer(2);
    expect(bin.frames).toContainEqual(refusal(null, -32600, /limit/));
  });
});
