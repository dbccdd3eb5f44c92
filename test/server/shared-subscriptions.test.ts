import { expect, test } from "vitest";
import type { Connection } from "../../src/server/connection.ts";
import { Subscriptions } from "../../src/server/subscriptions.ts";
import { idOf } from "../support/jobs.ts";

const [FAILING, WAITING] = [1, 2].map((nth) => `job://default/acme/vision/${idOf(nth)}`) as [string, string];

/** One whose first look for a job fails; the job that waits is never found. */
function open() {
  let looks = 0;
  const watched = new Set<object>();
  const watcher = {
    async find({ job }: { job: string }) {
      if (job === idOf(2)) await new Promise(() => undefined);
      looks += 1;
      if (looks === 1) throw new Error("not now");
    },
    watch(subject: object) {
      watched.add(subject);
      return { stop: () => void watched.delete(subject) };
    },
  };
  const connection = { caller: { watcher }, closing: new AbortController().signal, scrub: String };
  // Nothing else of it is asked for.
  return { subscriptions: new Subscriptions(connection as unknown as Connection), watched };
}

test("a request that could not hear of a job does not end another one's hearing of it", async () => {
  const { subscriptions, watched } = open();
  void subscriptions.listen("leaves", { uris: [FAILING, WAITING], list: false });
  await new Promise(setImmediate);
  expect(await subscriptions.listen("stays", { uris: [FAILING], list: false })).toEqual([FAILING]);
  subscriptions.unlisten("leaves");
  expect(watched.size).toBe(1);
  subscriptions.unlisten("stays");
  expect(watched.size).toBe(0);
});
