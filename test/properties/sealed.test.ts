import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JobDescription } from "../../src/client/index.ts";
import { Confirmations } from "../../src/operations/confirmations.ts";
import { Cursors } from "../../src/operations/cursors.ts";
import { type Bearing, readBearings, writeBearings } from "../../src/operations/logs/cursor.ts";
import { packIds, unpackIds } from "../../src/operations/packed-ids.ts";
import { Seals } from "../../src/operations/seals.ts";
import { Tasks } from "../../src/operations/tasks.ts";
import { bearerOf } from "../../src/transports/http/secret.ts";
import { check } from "../support/check.ts";
import { endless, endlessText, hostileText, readOrRefuse } from "../support/hostile.ts";

const RUNS = 80;
const LIFE_MS = 60_000;
const LIST = { tool: "job_list", without: "start with the newest jobs" } as const;
const sealsOf = (key: string) =>
  new Seals((purpose) => createHash("sha256").update(`${key} ${purpose}`).digest());
const [ours, theirs] = [sealsOf("ours"), sealsOf("theirs")];

const bytes = fc.uint8Array({ maxLength: 80 });
const text = hostileText("job-", "é").filter((id) => !/\p{Cs}/u.test(id));
const id = fc.oneof(
  fc.uuid().map((uuid) => `job-${uuid}`),
  text,
  fc.integer({ min: 250, max: 600 }).map((length) => "x".repeat(length)),
);
const place = fc.record({
  time: fc.constantFrom("2026-11-22T10:00:00.123456Z", "2026-11-22"),
  count: fc.nat(),
});
const bearing: fc.Arbitrary<Bearing> = fc.record({
  after: fc.option(
    fc.record({
      ...{ time: place.map(({ time }) => time), count: fc.nat() },
      ...{ inKey: fc.option(fc.nat(), { nil: undefined }), line: fc.option(fc.nat(), { nil: undefined }) },
    }),
    { nil: undefined },
  ),
  before: fc.option(place, { nil: undefined }),
});

/** What happens to a text on its way through an agent, except what changes nothing: quotes and blanks. */
const slip = fc.oneof(
  fc
    .record({ at: fc.nat(), character: fc.constantFrom("A", "b", "0", "-", "_") })
    .map(({ at, character }) => (sealed: string) => {
      const place = at % sealed.length;
      return sealed.slice(0, place) + character + sealed.slice(place + 1);
    }),
  fc.nat().map((at) => (sealed: string) => sealed.slice(0, at % sealed.length)),
  fc
    .nat()
    .map(
      (at) => (sealed: string) =>
        sealed.slice(0, at % sealed.length) + sealed.slice((at % sealed.length) + 1),
    ),
  fc
    .tuple(
      fc.nat(),
      text.filter((more) => /[\w-]/.test(more)),
    )
    .map(
      ([at, more]) =>
        (sealed: string) =>
          sealed.slice(0, at % sealed.length) + more + sealed.slice(at % sealed.length),
    ),
  fc.constant((sealed: string) => sealed + sealed),
  fc.constant((sealed: string) => sealed.toLowerCase()),
);

/** Everything that takes what was given out: what it reads in it, or undefined. */
const READERS: Record<string, (sealed: string) => unknown> = {
  "a list's cursor": (sealed) => readOrRefuse(() => new Cursors(ours).read(LIST, sealed)),
  "a log's cursor": (sealed) => readOrRefuse(() => readBearings(sealed, new Cursors(ours))),
  "a task": (sealed) => new Tasks(ours).read(sealed),
  "a cancelled task": (sealed) => new Tasks(ours).cancel(sealed) || undefined,
  "a token": (sealed) => unlessUnfit(new Confirmations(ours).read("kill", sealed)),
  "a used token": (sealed) =>
    new Confirmations(ours).use("signal KILL run 0", sealed) === undefined ? "used" : undefined,
};
const unlessUnfit = (read: unknown) => (typeof read === "string" ? undefined : read);
const withIds = (ids: readonly string[]) => ids.map((one) => ({ id: one }) as JobDescription); // of a job only its id counts

describe("what is given out and taken back", { tags: "hostility" }, () => {
  test("is opened as it was, by its key and for its purpose alone, until it is too old", () =>
    check(
      fc.property(bytes, text, text, (body, purpose, other) => {
        const sealed = ours.seal(purpose, body, LIFE_MS);
        expect(ours.open(purpose, sealed)).toMatchObject({ body: Buffer.from(body) });
        expect(ours.open(purpose, `\n "${sealed}". `)).toMatchObject({ body: Buffer.from(body) });
        expect(theirs.open(purpose, sealed)).toBe("unknown");
        if (other !== purpose) expect(ours.open(other, sealed)).toBe("unknown");
        expect(ours.open(purpose, ours.seal(purpose, body, -1000))).toBe("expired");
      }),
      RUNS,
    ));

  test("is refused with anything in it changed", () =>
    check(
      fc.property(bytes, slip, (body, change) => {
        const sealed = ours.seal("purpose", body, LIFE_MS);
        const changed = change(sealed);
        if (changed !== sealed) expect(ours.open("purpose", changed)).toBe("unknown");
      }),
      RUNS,
    ));

  test("names jobs by any id", () =>
    check(
      fc.property(fc.array(id, { maxLength: 20 }), (ids) => {
        expect(unpackIds(packIds(ids))).toEqual(ids);
      }),
      RUNS,
    ));

  test("a log's cursor gives each job its place", () =>
    check(
      fc.property(
        fc.array(
          fc.tuple(
            id.filter((one) => one !== "__proto__"),
            bearing,
          ),
          { maxLength: 5 },
        ),
        (given) => {
          const bearings = new Map(given);
          expect(readBearings(writeBearings(bearings, new Cursors(ours)), new Cursors(ours))).toEqual(
            bearings,
          );
        },
      ),
      RUNS,
    ));

  test("a task is the wait that was begun", () =>
    check(
      fc.property(
        fc.array(id, { maxLength: 5 }),
        fc.jsonValue({ maxDepth: 3 }),
        text,
        (jobs, facts, tool) => {
          const wait = { startedMs: 1, deadlineMs: Date.now() + LIFE_MS, jobs };
          const { id: given, endMs } = new Tasks(ours).issue(tool, { ...wait, facts });
          const read = new Tasks(ours).read(given);
          expect(read).toEqual({
            ...wait,
            tool,
            endMs,
            facts: JSON.parse(JSON.stringify(facts)),
            isCancelled: false,
          });
        },
      ),
      RUNS,
    ));

  test("a token stands for the jobs that were shown, for one deed", () =>
    check(
      fc.property(fc.array(id, { maxLength: 5 }), fc.nat(0xff_ff), (ids, leftCount) => {
        const token = new Confirmations(ours).issue(
          "kill",
          { jobs: withIds(ids), left: [], leftCount },
          LIFE_MS,
        );
        expect(new Confirmations(ours).read("kill", token)).toEqual({ ids, leftCount, note: undefined });
        expect(new Confirmations(ours).read("signal KILL run 0", token)).toBe("unknown");
      }),
      RUNS,
    ));

  test("what nobody gave out is taken for nothing, however long it is", () =>
    check(
      fc.property(
        fc.constantFrom(...Object.keys(READERS)),
        fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: endless("A").map(endlessText) }),
        (kind, made) => {
          expect(READERS[kind]?.(made)).toBeUndefined();
          expect(READERS[kind]?.(theirs.seal("task", Buffer.from(made), LIFE_MS))).toBeUndefined();
        },
      ),
      RUNS,
    ));

  test("what is sealed for one use is taken for no other", () =>
    check(
      fc.property(fc.constantFrom(...Object.keys(READERS)), text, bytes, (kind, purpose, body) => {
        expect(READERS[kind]?.(ours.seal(`other ${purpose}`, body, LIFE_MS))).toBeUndefined();
      }),
      RUNS,
    ));

  test("a bearer token is taken as it stands in the header, or the header is unreadable", () =>
    check(
      fc.property(
        fc.constantFrom("Bearer ", "bearer  ", "Basic ", "", "Bearer"),
        hostileText("eyJhbGciOiJIUzI1NiJ9.e30.sig", "=", "Bearer "),
        (scheme, token) => {
          const header = scheme + token;
          const read = bearerOf({ headers: { get: () => header } as unknown as Headers }); // no other part of them is asked for
          if (read === undefined) expect(header.trim()).toBe("");
          else if (read !== "unreadable") {
            expect(header.trim()).toMatch(/^bearer +[\w.~+/-]+=*$/i);
            expect(read.reveal()).toBe(header.trim().replace(/^bearer +/i, ""));
          }
        },
      ),
      RUNS,
    ));
});
