import { createHash } from "node:crypto";
import type { Call, Consent } from "../operations/caller.ts";
import type { Reply } from "../tools/define-tool.ts";

type Answer = Consent["answer"];

/** What a person is asked before anything is done. The token stands for what it is about, as it stands now. */
export interface Question {
  /** The same for the same question: an answer counts for nothing else. */
  key: string;
  text: string;
  token: string;
}

/** How the person beside a client is reached. */
export interface Person {
  /** What was answered already, by the question's key. */
  answers: ReadonlyMap<string, Answer>;
  /** The token of the question that was answered, where it went out with it: an answer is good once, and for a time. */
  token?: string;
  /**
   * Puts a question while the call waits, for at most `ms`. Absent where the protocol has a call end with its
   * question: the client puts it and makes the call again, with the answer.
   */
  put?(question: Question, ms: number): Promise<Answer>;
}

/** Somebody who must be asked this often about one call is shown something that does not hold still. */
const MOST_QUESTIONS = 3;
/** What a person allows must still be done within the time of the call. */
const AFTER_YES_MS = 10_000;

/**
 * Runs a call to its end, or up to a question that the client has to put. Until there is an answer the call only
 * reads. What it is about is looked at again after the answer: if that has changed, the person is asked again.
 */
export async function withConsent<R extends Reply<unknown>>(
  run: Run<R>,
  asking: Asking,
): Promise<R | Question> {
  const { tool, person, msLeft, scrub } = asking;
  if (person === undefined) return run({ consent: { answer: "unable" } });
  const { answers, put } = person;
  const settled = answers.size > 0 ? await settle(run, { tool, person }) : undefined;
  if (settled !== undefined) return settled;
  const reply = await run({});
  if (reply.asks === undefined) return reply;
  const { token, about } = reply.asks;
  const question = { key: keyOf(tool, about), text: scrub(reply.text), token };
  if (put === undefined) return question;
  const isMoving = answers.size >= MOST_QUESTIONS;
  const answer = isMoving ? "moving" : await put(question, Math.max(0, msLeft() - AFTER_YES_MS));
  // Only for a yes it matters how things stand now.
  if (answer !== "yes") return run({ consent: { answer, token } });
  return withConsent(run, {
    ...asking,
    person: { answers: new Map(answers).set(question.key, answer), put },
  });
}

type Run<R> = (how: Pick<Call, "consent" | "wasAsked">) => Promise<R>;

interface Asking {
  tool: string;
  /** Absent where nobody can be asked. */
  person: Person | undefined;
  /** Of the time of the call. */
  msLeft(): number;
  scrub(text: string): string;
}

/** Acts on what was answered, or on nothing that needs an answer; undefined where another question is to be put. */
async function settle<R extends Reply<unknown>>(
  run: Run<R>,
  { tool, person: { answers, token: given } }: { tool: string; person: Person },
): Promise<R | undefined> {
  const reply = await run({ wasAsked: true });
  if (reply.asks === undefined) return reply;
  const { token, about } = reply.asks;
  const answer = answers.get(keyOf(tool, about));
  return answer === undefined ? undefined : run({ consent: { answer, token: given ?? token, about } });
}

export function isQuestion(outcome: Reply<unknown> | Question): outcome is Question {
  return "key" in outcome;
}

function keyOf(tool: string, about: readonly string[]): string {
  return createHash("sha256")
    .update(`${tool}\n${about.join(" ")}`)
    .digest("hex")
    .slice(0, 32);
}
