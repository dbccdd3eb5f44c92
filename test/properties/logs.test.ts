import { randomUUID } from "node:crypto";
import fc from "fast-check";
import type { Cursor, LogLine, LogTail, Platform } from "../../src/client/index.ts";
import { check } from "../support/check.ts";
import { type LogScript, logPlayer, logScript, shownTexts } from "../support/log-script.ts";
import { expect, type PlatformStub, reply, test, wireJob } from "../support/platform-stub.ts";

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

function expectWhole(read: readonly LogLine[], script: LogScript, reader: string): void {
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

test("a log gives every reader each line once, in order, byte for byte", { tags: "logs" }, async ({
  stub,
  platform,
}) => {
  const isWhole = (script: LogScript, pageLines: number) =>
    Object.entries(READERS).map(async ([name, readAll]) =>
      expectWhole(await readAll(platform, play(stub, script), pageLines), script, name),
    );
  const holds = fc.asyncProperty(together, fc.integer({ min: 1, max: 12 }), async (scripts, pageLines) => {
    await Promise.all(scripts.flatMap((script) => isWhole(script, pageLines)));
  });
  await check(holds, 2);
});
