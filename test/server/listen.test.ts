import { describe, vi } from "vitest";
import type { JobDescription, Platform } from "../../src/client/index.ts";
import { jobUri } from "../../src/jobs/names/ids.ts";
import { type Caller, openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { WITHIN } from "../support/busy.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { expect, openPolicy, test } from "../support/fixtures.ts";
import { gate } from "../support/gate.ts";
import { modern, rawSession } from "../support/raw-session.ts";
import { startJob, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";
const UPDATED = "notifications/resources/updated";
const LISTED = "notifications/resources/list_changed";
const NOBODY = "job://default/acme/vision/nobody";

type Session = Awaited<ReturnType<typeof rawSession>>;

/** A session of the new era, and how many subjects are watched for it. */
async function open(platform: Platform) {
  const caller = openCaller(platform, openPolicy);
  const watched = countWatched(caller);
  const session = await rawSession(createServer(caller));
  return { session, watched };
}

function countWatched({ watcher }: Caller): () => number {
  let open = 0;
  const watch = watcher.watch.bind(watcher);
  watcher.watch = (subject, listener) => {
    const { ready, stop } = watch(subject, listener);
    open += 1;
    const stopOnce = () => {
      open -= 1;
      stop();
    };
    return { ...(ready && { ready }), stop: stopOnce };
  };
  return () => open;
}

function listen({ ask }: Session, id: string | number, uris: readonly string[], list = false) {
  const notifications = { resourceSubscriptions: uris, ...(list && { resourcesListChanged: true }) };
  return ask(id, "subscriptions/listen", modern({ notifications }));
}

/** What was said of so far, each with the request that it is for. */
function told({ notices }: Session, method: string): [unknown, unknown][] {
  return notices
    .filter((notice) => notice.method === method)
    .map(({ params = {} }) => [
      { ...(params._meta as object) },
      method === UPDATED ? params.uri : params.notifications,
    ])
    .map(([meta, about]) => [Object.values(meta as object)[0], about]);
}

async function untilTold(session: Session, method: string, expected: [unknown, unknown][]): Promise<void> {
  await vi.waitFor(() => expect(told(session, method)).toEqual(expected), WITHIN);
}

/** Once everything that came before has been dealt with. */
const settled = ({ request }: Session) => request("tools/list", modern());

async function running(platform: Platform, name: string): Promise<JobDescription> {
  return untilStatus(platform, await startJob(platform, { name, script: SLEEP }), "running");
}

describe("a request to listen", () => {
  test("is told what it gets, and of each change of that", async ({ platform }) => {
    const { session } = await open(platform);
    const [one, other] = [jobUri(await running(platform, "one")), jobUri(await running(platform, "other"))];
    void listen(session, "l", [one, NOBODY, other, one], true);
    const honoured = { resourcesListChanged: true, resourceSubscriptions: [one, other] };
    await untilTold(session, ACKNOWLEDGED, [["l", honoured]]);
    await platform.jobs.kill("one");
    await untilTold(session, UPDATED, [["l", one]]);
    await untilTold(session, LISTED, [["l", undefined]]);
  });

  test("is refused in our words where nothing of it can be heard", async ({ platform }) => {
    const { session, watched } = await open(platform);
    const { error } = await listen(session, "l", [NOBODY, "apolo://presets"]);
    expect(error).toMatchObject({
      code: -32602,
      message: expect.stringMatching(/^not_found: There is no job "nobody"/),
    });
    expect(watched()).toBe(0);
  });

  test("of a version that is not spoken leaves nothing open", { tags: "leaks" }, async ({ platform }) => {
    const { session, watched } = await open(platform);
    const notifications = { resourceSubscriptions: ["apolo://jobs"], resourcesListChanged: true };
    const { error } = await session.ask(
      "l",
      "subscriptions/listen",
      modern({ notifications }, {}, "2099-01-01"),
    );
    expect(error).toMatchObject({ code: -32022, data: { supported: ["2026-07-28"] } });
    expect(watched()).toBe(0);
  });

  test("frees all that it held when it is cancelled", { tags: "leaks" }, async ({ platform }) => {
    const { session, watched } = await open(platform);
    void listen(session, "l", ["apolo://jobs"], true);
    await vi.waitFor(() => expect(told(session, ACKNOWLEDGED)).toHaveLength(1), WITHIN);
    expect(watched()).toBe(2);
    await session.cancel("l");
    await settled(session);
    expect(watched()).toBe(0);
  });

  test("frees all that it held when the connection ends", { tags: "leaks" }, async ({ platform }) => {
    const { session, watched } = await open(platform);
    void listen(session, "l", ["apolo://jobs"], true);
    await vi.waitFor(() => expect(told(session, ACKNOWLEDGED)).toHaveLength(1), WITHIN);
    await session.close();
    expect(watched()).toBe(0);
  });

  test("gives way to another one with its id", async ({ platform }) => {
    const { session, watched } = await open(platform);
    const uri = jobUri(await running(platform, "one"));
    void listen(session, "l", ["apolo://jobs"], true);
    void listen(session, "l", [uri]);
    await untilTold(session, ACKNOWLEDGED, [["l", { resourceSubscriptions: [uri] }]]);
    expect(watched()).toBe(1);
    await session.cancel("l");
    await settled(session);
    expect(watched()).toBe(0);
  });
});

describe("two requests to listen to one job", () => {
  test("are each told once of a change", async ({ platform }) => {
    const { session, watched } = await open(platform);
    const uri = jobUri(await running(platform, "one"));
    void listen(session, 1, [uri]);
    void listen(session, "1", [uri]);
    await vi.waitFor(() => expect(told(session, ACKNOWLEDGED)).toHaveLength(2), WITHIN);
    expect(watched()).toBe(1);
    await platform.jobs.kill("one");
    await vi.waitFor(() => expect(told(session, UPDATED)).toHaveLength(2), WITHIN);
    await settled(session);
    expect(told(session, UPDATED)).toEqual(
      expect.arrayContaining([
        [1, uri],
        ["1", uri],
      ]),
    );
  });

  test("do not end together: one that is cancelled before it is open leaves the other", async ({
    emulator,
    platform,
  }) => {
    const uri = jobUri(await running(platform, "one"));
    const proxy = await faultProxy(emulator);
    const finding = gate();
    proxy.add({ path: /\/jobs\/job-/, before: finding.opened });
    const { session, watched } = await open(proxy.platform());
    void listen(session, "leaves", [uri]);
    void listen(session, "stays", [uri]);
    await proxy.sees({ path: /\/jobs\/job-/ });
    await session.cancel("leaves");
    finding.open();
    await untilTold(session, ACKNOWLEDGED, [["stays", { resourceSubscriptions: [uri] }]]);
    expect(watched()).toBe(1);
    await platform.jobs.kill("one");
    await untilTold(session, UPDATED, [["stays", uri]]);
    await session.cancel("stays");
    await settled(session);
    expect(watched()).toBe(0);
  });
});
