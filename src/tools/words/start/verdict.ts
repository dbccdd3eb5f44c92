import type { StartPlan } from "../../../client/index.ts";
import { oneLine } from "../../../foreign.ts";
import type { StartRequest } from "../../../operations/start/request.ts";

/** What a plan says at its end. */
export interface PlanWords {
  /** How to start it. */
  next: string;
  /** What is known to speak against it, although it would not be refused. */
  doubts: readonly string[];
}

/** What nobody but the platform can tell, and it only when the job is started. */
export function decidedAtStart({ items: [item] }: StartRequest, { where: { cluster } }: StartPlan): string[] {
  const { privileged = false, priority = "normal" } = item?.options ?? {};
  return [
    "quota",
    "credits",
    ...(privileged ? [`whether cluster ${cluster} allows privileged jobs`] : []),
    ...(priority === "normal" ? [] : [`whether cluster ${cluster} allows a priority`]),
  ];
}

/** Whether a start would be refused, and what else speaks against it. */
export function verdict(
  problems: readonly string[],
  { next, doubts, open }: PlanWords & { open: readonly string[] },
): string[] {
  const listed = (texts: readonly string[]) => texts.map((text) => `- ${oneLine(text)}`);
  if (problems.length > 0) return ["It would be refused:", ...listed([...problems, ...doubts])];
  const rest = open.length === 0 ? "" : ` (only the start itself shows: ${open.join(", ")})`;
  if (doubts.length === 0) return [`It would be accepted${rest}. ${next}`];
  return [`It would be accepted${rest}, with these doubts:`, ...listed(doubts), next];
}
