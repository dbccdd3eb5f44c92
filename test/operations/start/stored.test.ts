import { describe, expect, test } from "vitest";
import { PlatformError, type StartPlan, type StoredKind } from "../../../src/client/index.ts";
import type { Asking } from "../../../src/operations/caller.ts";
import { mountsOf } from "../../../src/operations/start/mounts.ts";
import { lookUpStored } from "../../../src/operations/start/stored.ts";

type Answer = string[] | Error | undefined;
type AnswerAt = (where: StartPlan["where"]) => Answer;

/** A plan with these references. */
function planWith({
  env = {},
  secrets = [],
  disks = [],
}: {
  env?: object;
  secrets?: string[];
  disks?: string[];
}) {
  const body = {
    secret_env: env,
    secret_volumes: secrets.map((src_secret_uri) => ({ src_secret_uri, dst_path: "/k" })),
    disk_volumes: disks.map((src_disk_uri) => ({ src_disk_uri, dst_path: "/d", read_only: true })),
  };
  // Of a plan only its place and its body are read.
  return { where: { cluster: "default", org: "acme", project: "vision" }, body } as unknown as StartPlan;
}

/** Looks up with a platform that answers each kind in that way, and tells what it was asked. */
async function lookedUp(
  plan: StartPlan,
  answers: Partial<Record<StoredKind, Answer | AnswerAt>>,
  signal = new AbortController().signal,
) {
  const asked: string[] = [];
  const stored = async (kind: StoredKind, where: StartPlan["where"]) => {
    asked.push(`${kind} ${where.cluster}/${where.org}/${where.project}`);
    const given = answers[kind];
    const answer = typeof given === "function" ? given(where) : given;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  // Nothing else of a caller is asked.
  const caller = { platform: { jobs: { stored } } } as unknown as Asking["caller"];
  return { asked, found: await lookUpStored(plan, { caller, signal }) };
}

const SECRET = "secret://default/acme/vision";
const DISK = "disk://default/acme/vision";

describe("what a start refers to", () => {
  test("is looked up once for each kind and project", async () => {
    const plan = planWith({
      env: { A: `${SECRET}/a`, B: `${SECRET}/b`, C: "secret://default/acme/nlp/c%20d" },
      secrets: [`${SECRET}/a`],
      disks: [`${DISK}/d`],
    });

    const { asked, found } = await lookedUp(plan, { secret: ["a", "b", "c d"], disk: ["d"] });

    expect(asked.sort()).toEqual([
      "disk default/acme/vision",
      "secret default/acme/nlp",
      "secret default/acme/vision",
    ]);
    expect(found).toEqual({ problems: [], seen: ["secret", "disk"], unseen: [] });
  });

  test("is not looked up where there is nothing, or on another cluster", async () => {
    expect(await lookedUp(planWith({}), {})).toEqual({
      ...{ asked: [], found: { problems: [], seen: [], unseen: [] } },
    });
    const elsewhere = {
      A: "secret://west/acme/vision/a",
      B: "secret://default/vision/b",
      C: "storage://default/o/p/c",
    };
    expect((await lookedUp(planWith({ env: elsewhere }), {})).asked).toEqual([]);
  });

  test("is told where it is missing, with what is near and the first ten there are", async () => {
    const plan = planWith({
      env: { A: `${SECRET}/hf-tokn` },
      secrets: [`${SECRET}/b%zz`],
      disks: [`${DISK}/dta`],
    });
    const known = ["hf-token", ...Array.from({ length: 12 }, (_, n) => `s${n}`)];

    const { found } = await lookedUp(plan, { secret: known, disk: ["disk-1a2b", "data"] });

    const secret = {
      code: "unknown_stored",
      kind: "secret",
      place: "acme/vision",
      known: known.slice(0, 10),
    };
    expect(found.problems.sort((a, b) => a.wanted.localeCompare(b.wanted))).toEqual([
      { ...secret, field: "volumes", wanted: "b%zz", near: undefined },
      {
        ...{ code: "unknown_stored", field: "volumes", kind: "disk", wanted: "dta", place: "acme/vision" },
        ...{ near: "data", known: ["data"] },
      },
      { ...secret, field: "secret_env", wanted: "hf-tokn", near: "hf-token" },
    ]);
    expect(found.seen).toEqual(["secret", "disk"]);
  });

  test("names secrets whatever they are called, and finds a disk by its id", async () => {
    const plan = planWith({ env: { A: `${SECRET}/x` }, disks: [`${DISK}/disk-1a2b`] });
    const { found } = await lookedUp(plan, { secret: ["disk-s"], disk: ["disk-1a2b"] });
    expect(found.problems).toMatchObject([{ kind: "secret", known: ["disk-s"] }]);
  });

  test.for<[string, Answer]>([
    ["not_permitted", new PlatformError("not_permitted", "No.")],
    ["no_answer", new PlatformError("unavailable", "Nothing is listening there.")],
    ["not_offered", undefined],
  ])("is not seen where it cannot be: %s", async ([why, answer]) => {
    const plan = planWith({
      env: { A: `${SECRET}/a`, C: "secret://default/acme/nlp/c" },
      disks: [`${DISK}/d`],
    });

    const { found } = await lookedUp(plan, { secret: answer, disk: ["d"] });

    expect(found).toEqual({ problems: [], seen: ["disk"], unseen: [{ kind: "secret", why }] });
  });

  test("is not seen where only a part of it can be, but what is missing is told", async () => {
    const plan = planWith({ env: { A: `${SECRET}/a`, C: "secret://default/acme/nlp/c" } });
    const refused = new PlatformError("not_permitted", "No.");

    const { found } = await lookedUp(plan, { secret: ({ project }) => (project === "nlp" ? refused : []) });

    expect(found).toMatchObject({ seen: [], unseen: [{ kind: "secret", why: "not_permitted" }] });
    expect(found.problems).toMatchObject([{ wanted: "a", place: "acme/vision" }]);
  });

  test("fails with a bug, and with what a caller gave up for", async () => {
    const plan = planWith({ env: { A: `${SECRET}/a` } });
    const bug = new Error("a bug");
    await expect(lookedUp(plan, { secret: bug })).rejects.toBe(bug);
    const away = new PlatformError("unavailable", "Nothing is listening there.");
    await expect(lookedUp(plan, { secret: away }, AbortSignal.abort())).rejects.toThrow();
  });
});

test("mounts are read from a body as from outside", () => {
  const plan = planWith({ disks: [`${DISK}/d`] });
  Object.assign(plan.body, { volumes: [{ src_storage_uri: "storage://a", dst_path: 1, read_only: "yes" }] });
  Object.assign(plan.body, { secret_volumes: "none" });

  expect(mountsOf(plan)).toEqual({
    storage: [{ uri: "storage://a", path: "1", isReadOnly: false }],
    secret: [],
    disk: [{ uri: `${DISK}/d`, path: "/d", isReadOnly: true }],
  });
});
