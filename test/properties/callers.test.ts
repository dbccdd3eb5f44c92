import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe } from "vitest";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { MAX_LINE_BYTES } from "../../src/transports/line-splitter.ts";
import { StdioTransport } from "../../src/transports/stdio-transport.ts";
import { initialize, request } from "../support/bin.ts";
import { SOON_MS } from "../support/busy.ts";
import { check } from "../support/check.ts";
import { test as base, expect, openPolicy } from "../support/fixtures.ts";
import { garbage } from "../support/garbage.ts";
import { serveHttp } from "../support/http.ts";
import { modern } from "../support/raw-session.ts";

interface Frame {
  jsonrpc?: unknown;
  id?: unknown;
  method?: unknown;
  result?: unknown;
  error?: { code?: unknown; message?: unknown };
}

interface Lines {
  write(bytes: Buffer | string): void;
  /** The answer to a request, by its id. */
  ask(message: object): Promise<Frame>;
  /** All that was written to the client, each line as it was read. */
  frames: Frame[];
}

const test = base.extend<{ lines: Lines }>({
  lines: async ({ platform }, use) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const caller = openCaller(platform, openPolicy);
    const server = createServer(caller, { callMs: SOON_MS });
    const frames: Frame[] = [];
    const waiting = new Map<unknown, (frame: Frame) => void>();
    createInterface(output).on("line", (line) => {
      const read = JSON.parse(line) as Frame | Frame[]; // what else it is, the test finds out
      for (const frame of [read].flat()) {
        frames.push(frame);
        waiting.get(frame.id)?.(frame);
      }
    });
    await server.connect(new StdioTransport(input, output, String));
    await use({
      frames,
      write: (bytes) => void input.write(bytes),
      ask: (message) => {
        const { id } = message as Frame; // of a request only its id is needed
        const answer = new Promise<Frame>((resolve) => waiting.set(id, resolve));
        input.write(`${JSON.stringify(message)}\n`);
        return answer;
      },
    });
    await server.close();
    await caller.close();
  },
});

/** Whether the server may have said this: a message of JSON-RPC, whole and no bug. */
function checkFrame(frame: Frame): void {
  expect(frame).toMatchObject({ jsonrpc: "2.0" });
  if (frame.method !== undefined) return;
  expect(frame).toHaveProperty("id");
  if (frame.error === undefined) expect(frame).toHaveProperty("result");
  else
    expect(frame.error).toMatchObject({
      code: expect.any(Number),
      message: expect.stringMatching(/^(?!internal_error)[\s\S]+$/),
    });
}

const ANSWERED = {
  result: { content: [{ type: "text", text: expect.stringMatching(/^0 of everybody's 0 jobs/) }] },
};
const list = (id: string, params = {}) =>
  request(id, "tools/call", { name: "job_list", arguments: {}, ...params });
/** As the pieces of a stream may come. */
const written = fc.array(fc.tuple(garbage, fc.constantFrom("\n", "\n", "\r\n", "\n\n", "")), {
  minLength: 1,
  maxLength: 12,
  size: "max",
});

describe("a client that writes anything", { tags: "hostility" }, () => {
  test.for(["2025-03-26", "2025-11-25", "new"])("is answered over stdio (%s)", async (version, { lines }) => {
    if (version !== "new") await lines.ask(initialize(version));
    let count = 0;
    const good = () => {
      count += 1;
      return lines.ask(
        version === "new"
          ? list(`good ${count}`, modern({ name: "job_list", arguments: {} }))
          : list(`good ${count}`),
      );
    };
    await good();
    const holds = fc.asyncProperty(written, fc.nat({ max: 200 }), async (pieces, cutAt) => {
      const bytes = Buffer.concat(pieces.flatMap(([some, end]) => [some, Buffer.from(end)]));
      lines.write(bytes.subarray(0, cutAt));
      lines.write(bytes.subarray(cutAt));
      lines.write("\n");
      expect(await good()).toMatchObject(ANSWERED);
      for (const frame of lines.frames.splice(0)) checkFrame(frame);
    });
    await check(holds, 8);
  });

  test("is answered after a line that is too long, whatever is in it", async ({ lines }) => {
    await lines.ask(initialize());
    const holds = fc.asyncProperty(garbage, garbage, async (start, end) => {
      const fill = Buffer.alloc(MAX_LINE_BYTES, end.length > 0 ? end : "x");
      const whole = [start, fill, end].map((part) =>
        Buffer.from(part.toString("latin1").replaceAll("\n", " "), "latin1"),
      );
      lines.write(Buffer.concat([...whole, Buffer.from("\n")]));
      expect(await lines.ask(list("good"))).toMatchObject(ANSWERED);
      for (const frame of lines.frames.splice(0)) checkFrame(frame);
    });
    await check(holds, 1);
  });

  test("is refused over HTTP, and others are answered", async ({ platform }) => {
    const { url } = await serveHttp(platform, { stateless: true });
    const types = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    const send = (body: Buffer | string, headers = {}) =>
      fetch(url, { method: "POST", body, headers: { ...types, ...headers } });
    const header = fc.tuple(
      fc.constantFrom(
        "mcp-session-id",
        "mcp-protocol-version",
        "mcp-method",
        "mcp-name",
        "last-event-id",
        "accept",
      ),
      fc.string({ unit: "grapheme-ascii" }),
    );
    const holds = fc.asyncProperty(garbage, fc.option(header), async (body, more) => {
      const answer = await send(body, more === null ? {} : { [more[0]]: more[1] });
      expect([200, 202, 400, 404, 406, 413, 415], `${answer.status}`).toContain(answer.status);
      for (const frame of framesOf(await answer.text())) checkFrame(frame);
      const other = await send(JSON.stringify(list("good")));
      expect(framesOf(await other.text())).toMatchObject([{ id: "good", ...ANSWERED }]);
    });
    await check(holds, 15);
  });
});

/** Of a body of JSON, or a stream of events. */
function framesOf(body: string): Frame[] {
  const data = [...body.matchAll(/^data: (.+)$/gm)].map(([, one = ""]) => one);
  return (body === "" ? [] : data.length > 0 ? data : [body]).flatMap(
    (one) => JSON.parse(one) as Frame | Frame[],
  ); // as above
}
