import fc from "fast-check";
import { hostileText } from "./hostile.ts";

const METHODS = [
  ...[
    "ping",
    "initialize",
    "tools/list",
    "tools/call",
    "resources/read",
    "resources/subscribe",
    "prompts/get",
  ],
  ...["completion/complete", "logging/setLevel", "tasks/get", "tasks/cancel", "server/discover", "no/such"],
  ...[
    "notifications/initialized",
    "notifications/cancelled",
    "notifications/progress",
    "__proto__",
    "toString",
  ],
];
const DEEP = 30_000;

const text = hostileText("job_list", "job://default/acme/vision/x", "1", "id");
const json = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
  text.map((value) => JSON.stringify(value)),
  fc.constantFrom(
    "null",
    "[]",
    "{}",
    "1e999",
    "-0",
    '"\\ud800"',
    '{"__proto__":{"isAdmin":true}}',
    '{"constructor":{"prototype":{}}}',
  ),
  fc.constantFrom('{"a":', "[").map((open) => open.repeat(DEEP)),
  fc.constantFrom(`${"[".repeat(DEEP)}${"]".repeat(DEEP)}`, `${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}`),
);
const params = fc.oneof(
  json,
  json.map((args) => `{"name":"job_list","arguments":${args}}`),
  json.map((args) => `{"name":"apolo_context","arguments":{"use":${args}},"_meta":${args}}`),
  json.map((uri) => `{"uri":${uri},"requestId":${uri},"_meta":{"progressToken":${uri}}}`),
);
/** Written by hand, so that a key may come twice and a number be any. */
const member = fc.oneof(
  fc.constantFrom(
    '"jsonrpc":"2.0"',
    '"jsonrpc":"1.0"',
    '"id":null',
    '"id":1',
    '"id":1',
    '"id":1.5',
    '"id":1e400',
    '"id":{}',
  ),
  fc.constantFrom(...METHODS).map((method) => `"method":"${method}"`),
  params.map((value) => `"params":${value}`),
  json.map((value) => `"result":${value}`),
  json.map((value) => `"id":${value}`),
  fc.tuple(text, json).map(([key, value]) => `${JSON.stringify(key)}:${value}`),
);
const usual = fc
  .tuple(fc.constantFrom(...METHODS), params, fc.constantFrom("1", "2", '"a"'))
  .map(([method, value, id]) => `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${value}}`);
const message = fc.oneof(
  usual,
  fc.array(member, { maxLength: 5 }).map((members) => `{${members.join(",")}}`),
  json,
);
const batch = fc.array(message, { maxLength: 4 }).map((messages) => `[${messages.join(",")}]`);
const cut = fc.tuple(message, fc.nat()).map(([whole, at]) => whole.slice(0, at % whole.length));
const bytes = fc.uint8Array({ maxLength: 40 }).map((some) => Buffer.from(some));
/** Half a character where a text goes on, or none at all. */
const torn = fc.tuple(message, bytes, fc.nat()).map(([whole, some, at]) => {
  const all = Buffer.from(whole);
  return Buffer.concat([all.subarray(0, at % all.length), some, all.subarray(at % all.length)]);
});

/** What a client of JSON-RPC may write that no client should. */
export const garbage: fc.Arbitrary<Buffer> = fc.oneof(
  ...[message, batch, cut, text].map((some) => some.map((written) => Buffer.from(written))),
  ...[bytes, torn],
);
