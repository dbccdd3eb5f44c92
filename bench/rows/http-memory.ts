import { openSession, postModern } from "../../test/support/http-requests.ts";
import { inParallel } from "../harness/measure.ts";
import { Platform } from "../harness/platform.ts";
import { end, MIB } from "../harness/process.ts";
import type { Bench, Row } from "../harness/row.ts";
import { heapBytes, serve } from "../harness/served.ts";

const MANY = 1000;
const AT_ONCE = 20;
/** More than one may have: each is allowed so many calls a second. */
const CALLERS = 100;

type Headers = Record<string, string>;

const ACTS = {
  "sessions ended": async (url: URL, headers: Headers) => {
    const session = await openSession(url, { headers });
    await (await fetch(url, { method: "DELETE", headers: session })).text();
  },
  "streams given up": givenUpStream,
  "sessions abandoned": async (url: URL, headers: Headers) => void (await openSession(url, { headers })),
};
const nameOf = (what: string) => `http/after-${what.replaceAll(" ", "-")}`;

/** What stays in the heap of the server when clients have come and gone. */
export const httpMemory: readonly Bench[] = [{ rows: Object.keys(ACTS).map(nameOf), run }];

async function run(): Promise<Row[]> {
  const platform = await Platform.open({ callers: CALLERS });
  const server = await serve(platform);
  const url = new URL(server.url);
  let next = 0;
  const headers = () => {
    next += 1;
    return { authorization: `Bearer ${platform.told.tokens[next % CALLERS]}` };
  };
  try {
    const rows: Row[] = [];
    for (const [what, act] of Object.entries(ACTS)) {
      const once = () => act(url, headers());
      // What is made once is made, and there are as many abandoned sessions as are kept.
      await inParallel(once, { times: MANY, atOnce: AT_ONCE });
      const before = await heapBytes(server);
      await inParallel(once, { times: MANY, atOnce: AT_ONCE });
      rows.push({
        ...{
          name: nameOf(what),
          what: `heap after ${MANY} ${what}`,
          against: `before: ${(before / MIB).toFixed(1)} MiB`,
        },
        ...{ value: (await heapBytes(server)) / before, unit: "×", goal: { atMost: 1.2 } },
      });
    }
    return rows;
  } finally {
    await end(server.child);
    await platform.close();
  }
}

async function givenUpStream(url: URL, headers: Headers): Promise<void> {
  const giving = new AbortController();
  const notifications = { resourcesListChanged: true };
  const { signal } = giving;
  const answer = await postModern(url, "subscriptions/listen", { notifications }, { headers, signal });
  await answer.body?.getReader().read();
  giving.abort();
}
