import { describe } from "vitest";
import type { Agent } from "../../support/agent.ts";
import { expect, test } from "../../support/fixtures.ts";
import { startJob, untilEnded, untilPrinted } from "../../support/run-job.ts";

type Call = Record<string, unknown>;

/** The same numbers on every run: what failed once fails again. */
function* random(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

const CALLS = /^(Newer lines|Left out, the newest of it first|Older lines): job_logs (.*)$/gm;

/** Every line that a call shows or leads to, by whichever calls its answers offer. */
async function everything(mcp: Agent, first: Call, vary: () => Call): Promise<string[]> {
  const shown: string[] = [];
  const open: { args: Call; isNewer: boolean }[] = [{ args: first, isNewer: true }];
  for (let calls = 0; open.length > 0; calls += 1) {
    expect(calls).toBeLessThan(150);
    const { args } = open.shift() ?? { args: first };
    const { text, data } = await mcp.ok("job_logs", args);
    const [{ log }] = data.logs;
    shown.push(...log.split("\n").filter((line: string) => line !== "" && !/^… .* not shown …$/.test(line)));
    const hasMore = data.logs[0].matched === true || text.includes("more lines are there already");
    for (const [, words, next = "{}"] of text.matchAll(CALLS)) {
      const isNewer = words === "Newer lines";
      if (isNewer && !hasMore) continue;
      const { until_pattern: _pattern, ...same } = JSON.parse(next);
      open.push({ args: { ...same, ...vary() }, isNewer });
    }
  }
  return shown;
}

const numbers = (count: number) =>
  Array.from({ length: count }, (_, index) => `line ${index + 1} of a log with a longer text`);

describe("the pages of a log", { tags: "logs" }, () => {
  test("shows the rest of what a wait has read", async ({ mcp, platform }) => {
    const script = "echo start; seq 1 2990; echo stop; sleep 600";
    const job = await startJob(platform, { name: "long", script });
    await untilPrinted(platform, job, "stop");
    const { data: first } = await mcp.ok("job_logs", { jobs: ["long"], until_pattern: "^start$" });
    const args = { jobs: ["long"], cursor: first.next_cursor, until_pattern: "^stop$" };
    const { text, data } = await mcp.ok("job_logs", args);
    expect(text).toContain("the last 100 of 2,991 new lines");
    expect(data.older_cursor).toBeDefined();
    const lines = await everything(mcp, { ...args, lines: 100 }, () => ({ lines: 900 }));
    const numeric = (list: string[]) => list.map(Number).sort((a, b) => a - b);
    const expected = Array.from({ length: 2990 }, (_, index) => index + 1);
    expect(numeric(lines.filter((line) => line !== "stop"))).toEqual(expected);
  });

  test.for([1, 2, 3, 4, 5, 6])(
    "hold each line once, however they are mixed (%i)",
    async (seed, { mcp, platform }) => {
      const next = random(seed);
      const pick = <T>(...of: T[]): T => of[Math.floor(next.next().value * of.length)] as T;
      const count = pick(150, 700, 1300);
      const script = `seq -f 'line %.0f of a log with a longer text' 1 ${count}; ${pick("true", "sleep 600")}`;
      const job = await startJob(platform, { name: "mix", script });
      if (script.endsWith("true")) await untilEnded(platform, job);
      else await untilPrinted(platform, job, `line ${count} `);
      const grep = pick({}, { grep: "line" }, { grep: "line", newest_first: true });
      const vary = () => ({ lines: pick(37, 100, 333, 1000) });
      const begin = pick<Call>({}, {}, { until_pattern: `^line ${Math.floor(count / 2)} ` });
      const first = { jobs: ["mix"], ...vary(), ...("until_pattern" in begin ? begin : grep) };
      const shown = await everything(mcp, first, vary);
      expect(shown.sort()).toEqual(numbers(count).sort());
    },
  );
});
