import { expect, test } from "vitest";
import { listTools } from "../../src/server/tools.ts";
import { offered } from "../../src/tools/index.ts";
import { Bin, initialize, request } from "../support/bin.ts";
import { openPolicy } from "../support/fixtures.ts";

test.for(["full", "no-destroy", "read-only"] as const)(
  "the product lists in mode %s what the tools are made of",
  async (mode) => {
    const server = new Bin(["--mode", mode]).write(initialize(), request(1, "tools/list"));
    const { result } = await server.answer(1);
    expect(result.tools).toEqual(JSON.parse(JSON.stringify(listTools(offered({ ...openPolicy, mode })))));
  },
);
