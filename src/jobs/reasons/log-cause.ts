import type { JobDescription } from "../../client/index.ts";
import { type Explanation, inferred, type JobSurroundings, quoted } from "./explanation.ts";
import { EXCEPTION, LOG_RULES, type LogRule } from "./log-rules.ts";

/** What the end of a log says about why the program ended. */
interface LogCause {
  rule: LogRule;
  /** The words of the line, known ones. */
  said: string;
  /** How many lines follow it. */
  after: number;
}

/** A warning, or a try that is followed by another, ends no program. What stands before it is bounded for the sake of time. */
const HARMLESS =
  /^\W{0,200}(?:\S{1,200} ){0,4}?\W?(?:warn(?:ing)?|info|debug|notice|W\d{4}|W \S+:\d+)\b|Warning: |\b(?:retrying|will retry|trying again|ignored|ignoring|skipping|skipped|falling back|recovered|attempt \d+)\b/i;
/** Tells that another program failed, which has said why itself. */
const WRAPPER =
  /CalledProcessError|ChildFailedError|ProcessRaisedException|ProcessExitedException|RayTaskError|SystemExit|torch\.distributed\.elastic/;
/** An error that no rule knows: what stands before it is not why the program ended. */
const UNKNOWN = /^(?:fatal|error|panic|exception)\b/i;
const FRAME = /^\s*(?:Traceback \(most recent call last\)|File "[^"]+", line \d+)/;
/** Of several processes each puts its rank before what it prints. */
const PREFIX = /^\s*(?:\[(?:rank|default)?\d+\][:,]?\s*|\(\w+ pid=\d+[^)]*\)\s*)/;
const AT_END = 3;

/** The last line of a log's end that tells why a program ended. */
export function causeInLog(lines: readonly string[]): LogCause | undefined {
  const texts = lines.map((line) => line.replace(PREFIX, ""));
  for (let index = texts.length - 1; index >= 0; index -= 1) {
    const text = (texts[index] ?? "").trim();
    if (HARMLESS.test(text) || WRAPPER.test(text)) continue;
    const found = LOG_RULES.find(({ said }) => said.test(text)) ?? exceptionIn(text, texts.slice(0, index));
    const said = found?.said.exec(text)?.[0];
    if (found !== undefined && said !== undefined)
      return { rule: found, said, after: texts.length - 1 - index };
    if (UNKNOWN.test(text) || EXCEPTION.said.test(text)) return undefined;
  }
  return undefined;
}

function exceptionIn(text: string, before: readonly string[]): LogRule | undefined {
  return EXCEPTION.said.test(text) && before.some((line) => FRAME.test(line)) ? EXCEPTION : undefined;
}

/** What the log of a job that failed by itself suggests; undefined where it says nothing known. */
export function explainByLog(job: JobDescription, around: JobSurroundings): Explanation | undefined {
  const cause = around.log === undefined ? undefined : causeInLog(around.log);
  if (cause === undefined) return undefined;
  const { rule, said, after } = cause;
  const says = after < AT_END ? "ends with" : "says near its end";
  const why = `Its log ${says} ${quoted(said)}, which usually means that ${rule.means(job)}.`;
  return { ...inferred(why, rule.help(job, around)), fromLog: { code: rule.code, lines: after + 1 } };
}
