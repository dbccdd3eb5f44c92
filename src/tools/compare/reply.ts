import { oneLine } from "../../foreign.ts";
import { callText, type NextCall } from "../../jobs/next-call.ts";
import { present } from "../../jobs/words.ts";
import type { CompareQuery, Comparison } from "../../operations/compare/index.ts";
import { codedText } from "../errors.ts";
import { drawChart } from "./chart.ts";
import { dataOf } from "./data.ts";
import { headLines, nearMetrics, notesAfter, rowTexts, withoutLines } from "./words.ts";

/** A comparison as text, data and, where it was asked for, a picture. */
export function compareReply(found: Comparison, asked: CompareQuery) {
  const missing = found.failed.map(({ ref, error }) => ({ job: ref, error: codedText(error) }));
  const next = nextCalls(found, asked);
  return {
    text: present([
      ...headLines(found, asked),
      ...rowTexts(found, asked),
      ...notesAfter(found, asked),
      ...withoutLines(found, asked),
      ...missing.map(({ job, error }) => `${oneLine(job)}: ${error}`),
      ...next.map(({ why, call }) => `${why}: ${callText(call)}`),
    ]).join("\n"),
    data: dataOf(found, { asked, missing }),
    picture: asked.history === true ? pictureOf(found) : undefined,
    next: next.map(({ call }) => call),
  };
}

function pictureOf({ rows }: Comparison): Uint8Array | undefined {
  return drawChart(rows.flatMap(({ ranked }) => (ranked === undefined ? [] : [ranked.series.points])));
}

function nextCalls(found: Comparison, asked: CompareQuery): { why: string; call: NextCall }[] {
  const best = found.ranking === undefined ? undefined : found.rows[0];
  const metric = asked.metric === undefined ? found.common[0] : nearMetrics(found, asked.metric)[0];
  const isCut = !found.isWhole && asked.history !== true;
  const at = asked.project === undefined ? {} : { project: asked.project };
  const again = (more: CompareQuery) => ({ tool: "job_compare", arguments: { ...asked, ...more } });
  return [
    ...(best === undefined
      ? []
      : [
          { why: "Log of the best", call: { tool: "job_logs", arguments: { jobs: [best.ref], ...at } } },
          {
            why: "To plan another like it",
            call: { tool: "job_rerun", arguments: { job: best.ref, ...at } },
          },
        ]),
    ...(best === undefined && metric !== undefined ? [{ why: "To rank them", call: again({ metric }) }] : []),
    ...(asked.metric !== undefined && isCut
      ? [{ why: "From whole logs", call: again({ history: true }) }]
      : []),
  ];
}
