import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { Bin, initialize, request } from "../support/bin.ts";

describe("a session that cannot go on", { tags: "hostility" }, () => {
  test("says that nobody takes its answers, and ends with code 1", async () => {
    const bin = new Bin();
    bin.write(initialize());
    await bin.answer("init");
    bin.child.stdout.destroy();
    bin.write(request(1, "ping"));
    const [code] = await once(bin.child, "close");
    expect(code).toBe(1);
    expect(bin.stderr).toMatch(
      /^apolo-jobs-mcp: the session is given up: .*no more answers \(.*EPIPE.*\)\n$/,
    );
  });

  test("is not one whose log nobody reads", async () => {
    const bin = new Bin();
    bin.write(initialize());
    await bin.answer("init");
    bin.child.stderr.destroy();
    bin.write("hello", { jsonrpc: "2.0", id: 1 }, { jsonrpc: "2.0", id: 2 }, request(3, "ping"));
    expect(await bin.answer(3)).toMatchObject({ result: {} });
    expect(await bin.end()).toBe(0);
  });
});
