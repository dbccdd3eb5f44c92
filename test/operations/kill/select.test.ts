import { afterEach, describe, vi } from "vitest";
import { type Caller, openCaller, type Policy } from "../../../src/operations/caller.ts";
import { markOf } from "../../../src/operations/find/owned.ts";
import { previewKill, type Selection } from "../../../src/operations/kill/select.ts";
import { idOf } from "../../support/jobs.ts";
import { printed, stamp } from "../../support/log-stub.ts";
import { test as base, expect, type PlatformStub, replyLines, wireJob } from "../../support/platform-stub.ts";

const SECRET = "s3cr3t-Value-91";
const POLICY: Policy = { mode: "full", toolset: "all", ownedOnly: false, secrets: [SECRET] };

interface Previewing {
  preview(selection: Partial<Selection>, policy?: Partial<Policy>): ReturnType<typeof previewKill>;
  callers: Caller[];
}

const test = base.extend<{ previewing: Previewing }>({
  previewing: async ({ platform }, use) => {
    const callers: Caller[] = [];
    const preview: Previewing["preview"] = (selection, policy) => {
      const caller = openCaller(platform, { ...POLICY, ...policy });
      callers.push(caller);
      const call = { caller, signal: new AbortController().signal, progress() {}, changing() {} };
      return previewKill({ where: {}, ...selection }, call);
    };
    await use({ preview, callers });
    for (const caller of callers) await caller.close();
  },
});

/** Lists jobs that never ran, so that no log is read. */
function list(stub: PlatformStub, jobs: Record<string, unknown>[]): void {
  const listed = jobs.map((more, index) =>
    wireJob({
      ...{ id: idOf(index + 1), name: `n${index + 1}`, status: "pending", statuses: [] },
      history: { status: "pending", restarts: 0 },
      ...more,
    }),
  );
  stub.on("GET /api/v1/jobs?", (response) => replyLines(response, listed));
}

/** What the last list was asked for. */
const asked = ({ seen }: PlatformStub) => new URL(seen.at(-1)?.slice(4) ?? "", "http://x").searchParams;

describe("a selection of jobs to kill", () => {
  test.for<[Partial<Selection>, Record<string, string[]>]>([
    [{ tags: ["a", "b"] }, { tag: ["a", "b"], status: ["pending", "running", "suspended"] }],
    [{ status: ["running", "failed"] }, { tag: [], status: ["running"] }],
    [{ name_pattern: "x" }, { cluster_name: ["default"], org_name: ["acme"], project_name: ["vision"] }],
    [
      { name_pattern: "x", where: { cluster: "west", org: "research", project: "lab" } },
      { cluster_name: ["west"], org_name: ["research"], project_name: ["lab"] },
    ],
    [{ name_pattern: "x" }, { reverse: ["1"] }],
  ])("asks the platform for what it says: %j", async ([selection, query], { stub, previewing }) => {
    list(stub, []);

    expect(await previewing.preview(selection)).toEqual({
      ...{ chosen: [], moreCount: 0, left: [], leftCount: 0, user: "alice", words: new Map() },
    });
    const got = asked(stub);
    for (const [key, values] of Object.entries(query)) expect(got.getAll(key).sort()).toEqual(values);
  });

  test.for<[Partial<Selection>, string, string]>([
    [{}, "jobs", "Say which: jobs, or a selection by tags, name_pattern or status. Nothing was killed."],
    [{ include_others: true }, "jobs", "Say which: jobs, or"],
    [{ status: ["failed", "cancelled"] }, "status", "status: failed, cancelled jobs have ended already."],
  ])("is refused where it selects nothing: %j", async ([selection, argument, text], { stub, previewing }) => {
    await expect(previewing.preview(selection)).rejects.toMatchObject({
      ...{ argument, message: expect.stringContaining(text) },
    });
    expect(stub.seen).toEqual([]);
  });

  test("leaves jobs of others alone unless they are meant", async ({ stub, previewing }) => {
    list(stub, [{}, { owner: "bob" }, { tags: [markOf("alice")] }]);
    const namesOf = (jobs: { name?: string | undefined }[]) => jobs.map(({ name }) => name);

    const mine = await previewing.preview({ name_pattern: "*" });
    expect([namesOf(mine.chosen), namesOf(mine.left), mine.leftCount]).toEqual([["n1", "n3"], ["n2"], 1]);
    const all = await previewing.preview({ name_pattern: "*", include_others: true });
    expect([namesOf(all.chosen), all.leftCount]).toEqual([["n1", "n2", "n3"], 0]);
    const owned = await previewing.preview({ name_pattern: "*", include_others: true }, { ownedOnly: true });
    expect([namesOf(owned.chosen), namesOf(owned.left)]).toEqual([["n3"], ["n1", "n2"]]);
  });

  test("matches a name only as far as it is shown", async ({ stub, previewing }) => {
    list(stub, [{ name: "lr-1" }, { name: `x-${SECRET}` }, { name: null }]);
    const namesOf = async (pattern: string) =>
      (await previewing.preview({ name_pattern: pattern })).chosen.map(({ name }) => name);

    expect(await namesOf("lr-*")).toEqual(["lr-1"]);
    expect(await namesOf("*91")).toEqual([]);
    expect(await namesOf("*")).toHaveLength(3);
  });

  test("is a hundred jobs at most, and shows twenty of those left", async ({ stub, previewing }) => {
    list(stub, [...Array.from({ length: 101 }, () => ({})), ...Array(21).fill({ owner: "bob" })]);

    const {
      chosen,
      moreCount,
      left,
      leftCount,
      token = "",
    } = await previewing.preview({ name_pattern: "*" });

    expect([chosen.length, moreCount, left.length, leftCount]).toEqual([100, 1, 20, 21]);
    expect(previewing.callers[0]?.confirmations.read("kill", token)).toMatchObject({
      ...{ ids: chosen.map(({ id }) => id), leftCount: 21, note: { jobs: chosen, left } },
    });
  });
});

describe("the last words of what would be killed", () => {
  const ran = {
    status: "running",
    statuses: [{ status: "running", transition_time: "2026-08-01T10:00:00Z" }],
  };

  // Only the limit for all logs together is a timer here: however slow the machine is, it does not fire.
  // Connected before, so that undici's timer for the whole worker is a real one.
  test.beforeEach(async ({ platform }) => {
    await platform.context();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => void vi.useRealTimers());

  function print(stub: PlatformStub, logs: string[]): void {
    logs.forEach((text, index) => {
      stub.play(`/${idOf(index + 1)}/log_ws`, (socket) => {
        const nowMs = Date.now();
        for (const line of text.split("\n")) socket.send(Buffer.from(`${stamp(nowMs, 9)} ${line}\n`));
        socket.close(1000);
      });
    });
  }

  test("are its last line that is not blank, without secrets, cut where it is long", async ({
    stub,
    previewing,
  }) => {
    list(stub, [ran, ran, ran, ran]);
    print(stub, ["first\nsaid\n \n", `it is ${SECRET}`, "x".repeat(200), "\n"]);

    const { words } = await previewing.preview({ name_pattern: "*" });

    expect(words.get(idOf(1))).toBe("said");
    expect(words.get(idOf(2))).toBe("it is [redacted]");
    expect(words.get(idOf(3))).toMatch(/^x+ … \(40 characters left out\) … x+$/);
    expect(words.has(idOf(4))).toBe(false);
  });

  test("are asked of jobs that run or ran, twenty at most", async ({ stub, previewing }) => {
    list(stub, [{}, ...printed(21, { fromMs: 0, stepMs: 1 }).map(() => ran)]);
    print(stub, Array(22).fill("said"));

    const { words } = await previewing.preview({ name_pattern: "*" });

    expect([...words.keys()]).toEqual(expect.arrayContaining([idOf(2), idOf(21)]));
    expect(words.size).toBe(20);
    expect(stub.seen.join()).not.toContain(`${idOf(1)}/log`);
  });

  test("are left out where they cannot be read", async ({ stub, previewing }) => {
    list(stub, [ran, ran]);
    print(stub, ["said"]);

    const { words, chosen } = await previewing.preview({ name_pattern: "*" });

    expect([[...words], chosen.length]).toEqual([[[idOf(1), "said"]], 2]);
  });
});
