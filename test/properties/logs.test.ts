import { randomUUID } from "node:crypto";
import fc from "fast-check";
import type { Cursor, LogLine, LogTail, Platform } from "../../src/client/index.ts";
import { check, TIMES } from "../support/check.ts";
import { LiveLog, type LiveScript, liveScript } from "../support/live-log.ts";
import { type LogScript, logPlayer, logScript, type Printout, shownTexts } from "../support/log-script.ts";
import { expect, type PlatformStub, reply, test, wireJob } from "../support/platform-stub.ts";

/** Of machines that are busy with other things. */
const LONGEST = { timeout: 90_000 * TIMES, limitMs: 60_000 };

/** Waiting before a lost connection is opened again takes most of the time. */
const together = fc.array(logScript, { minLength: 1, maxLength: 8, size: "max" });

/** The id of a job that prints this. */
function play(stub: PlatformStub, script: LogScript): string {
  const id = `job-${randomUUID()}`;
  const [first, last] = [script.lines[0]?.atUs ?? 0, script.lines.at(-1)?.atUs ?? 0];
  const at = (us: number) => new Date(us / 1000).toISOString();
  const history = { status: "succeeded", created_at: at(first - 1000), finished_at: at(last) };
  stub.on(`GET /api/v1/jobs/${id}`, (response) =>
    reply(response, wireJob({ id, status: "succeeded", history })),
  );
  stub.play(`/${id}/log_ws`, logPlayer(script));
  return id;
}

/** A line as printed; of one that is too long, its ends and the length. */
function whole({ text, cut }: LogLine): string {
  return cut === undefined ? text : joined(text, cut.at, cut);
}

/** The beginning, and the end from there on. */
const joined = (text: string, from: number, { at, characters }: { at: number; characters: number }) =>
  `${text.slice(0, at)}…${characters}…${text.slice(from)}`;

function expectWhole(read: readonly LogLine[], script: Printout, reader: string): void {
  const printed = shownTexts(script, { isOpen: read.at(-1)?.open === true });
  const expected = printed.map((text, index) => {
    const cut = read[index]?.cut;
    if (cut === undefined) return text;
    return joined(text, cut.at + cut.characters, cut);
  });
  expect(read.map(whole).map(short), reader).toEqual(expected.map(short));
}

/** Differences of long lines are told by their lengths. */
const short = (text: string) =>
  text.length < 200 ? text : `${text.length}:${text.slice(0, 20)}…${text.slice(-20)}`;

async function forward(platform: Platform, id: string, lines: number): Promise<LogLine[]> {
  const read: LogLine[] = [];
  let page: LogTail = await platform.jobs.tail(id, { first: true, lines });
  read.push(...page.lines);
  while (page.more && page.cursor !== undefined) {
    page = await platform.jobs.tail(id, { after: page.cursor, lines });
    read.push(...page.lines);
  }
  return read;
}

async function backward(platform: Platform, id: string, lines: number): Promise<LogLine[]> {
  const read: LogLine[] = [];
  let before: Cursor | undefined;
  for (;;) {
    const page = await platform.jobs.tail(id, { lines, before });
    read.unshift(...page.lines);
    if (page.reachedStart || page.start === undefined) return read;
    before = page.start;
  }
}

async function follow(platform: Platform, id: string): Promise<LogLine[]> {
  const read: LogLine[] = [];
  for (;;) {
    try {
      for await (const line of platform.jobs.follow(id)) read.push(line);
      return read;
    } catch (error) {
      // Before the first line it is for the reader to try again.
      if (read.length > 0) throw error;
    }
  }
}

const READERS = { forward, backward, follow };

test("a log gives every reader each line once, in order, byte for byte", {
  tags: "logs",
  timeout: LONGEST.timeout,
}, async ({ stub, platform }) => {
  const isWhole = (script: LogScript, pageLines: number) =>
    Object.entries(READERS).map(async ([name, readAll]) =>
      expectWhole(await readAll(platform, play(stub, script), pageLines), script, name),
    );
  const holds = fc.asyncProperty(together, fc.integer({ min: 1, max: 12 }), async (scripts, pageLines) => {
    await Promise.all(scripts.flatMap((script) => isWhole(script, pageLines)));
  });
  await check(holds, 2, LONGEST.limitMs);
});

/** Of the platform's clock: that of the log, ours, or another one. */
const clocks = fc.constantFrom(
  undefined,
  "2026-08-01T09:00:00Z",
  "2026-08-01T10:00:30Z",
  "2026-08-02T10:00:00Z",
);

/** The id of a job that prints this while it is read. */
function run(stub: PlatformStub, script: LiveScript, log: LiveLog): string {
  const id = `job-${randomUUID()}`;
  const at = (ms: number) => new Date(Math.floor((script.lines[0]?.atUs ?? 0) / 1000) + ms).toISOString();
  stub.on(`GET /api/v1/jobs/${id}`, (response) => {
    const status = log.isOver ? "succeeded" : "running";
    const times = { created_at: at(script.createdMs), started_at: at(script.createdMs + 500) };
    const history = { status, ...times, ...(log.isOver && { finished_at: at(script.createdMs + 20_000) }) };
    reply(response, wireJob({ id, status, history }));
  });
  stub.play(`/${id}/log_ws`, log.play);
  return id;
}

interface Live {
  id: string;
  log: LiveLog;
  lines: number;
}

const finished = ({ lines }: Pick<LogTail, "lines">) => lines.filter(({ open }) => open !== true);

/** Reads on from there until the job has ended, which goes on between the pages. */
async function onwards(platform: Platform, { id, log, lines, from }: Live & { from?: Cursor | undefined }) {
  const read: LogLine[] = [];
  let after = from;
  for (;;) {
    const { isOver } = log;
    const place = after === undefined ? { first: true } : { after };
    const page = await platform.jobs.tail(id, { ...place, lines, silenceMs: 50 });
    read.push(...finished(page));
    after = page.cursor ?? after;
    if (isOver && !page.more) return read;
    log.pageWasRead(page);
  }
}

const LIVE_READERS = {
  onwards,
  /** Back from the newest lines, then onwards. */
  async bothWays(platform: Platform, { id, log, lines }: Live) {
    log.next();
    const newest = await platform.jobs.tail(id, { lines, silenceMs: 50 });
    const read = finished(newest);
    for (let page = newest; !page.reachedStart && page.start !== undefined; ) {
      log.pageWasRead({ more: true });
      page = await platform.jobs.tail(id, { lines, before: page.start, silenceMs: 50 });
      read.unshift(...page.lines);
    }
    return [...read, ...(await onwards(platform, { id, log, lines, from: newest.cursor }))];
  },
  async followed(platform: Platform, { id, log }: Live) {
    log.isFollowed = true;
    return follow(platform, id);
  },
};

test("a running job's log gives every reader each line once, in order, byte for byte", {
  tags: "logs",
  timeout: LONGEST.timeout,
}, async ({ stub, platform }) => {
  let date: string | undefined;
  stub.server.prependListener("request", (_, response) => {
    if (date !== undefined) response.setHeader("date", new Date(date).toUTCString());
  });
  const isWhole = (script: LiveScript, lines: number) =>
    Object.entries(LIVE_READERS).map(async ([name, readAll]) => {
      const log = new LiveLog(script);
      expectWhole(await readAll(platform, { id: run(stub, script, log), log, lines }), script, name);
    });
  const scripts = fc.array(liveScript, { minLength: 1, maxLength: 6, size: "max" });
  const holds = fc.asyncProperty(
    scripts,
    fc.integer({ min: 1, max: 12 }),
    clocks,
    async (jobs, lines, clock) => {
      date = clock;
      await Promise.all(jobs.flatMap((script) => isWhole(script, lines)));
    },
  );
  await check(holds, 2, LONGEST.limitMs);
});
