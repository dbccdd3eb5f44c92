import { createHash } from "node:crypto";
import type { Consent } from "../operations/caller.ts";
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
  run: (consent: Consent | undefined) => Promise<R>,
  { tool, person, msLeft }: { tool: string; person: Person | undefined; msLeft(): number },
): Promise<R | Question> {
  if (person === undefined) return run({ answer: "unable" });
  const answers = new Map(person.answers);
  for (;;) {
    const reply = await run(undefined);
    if (reply.asks === undefined) return reply;
    const { token, about } = reply.asks;
    const question = { key: keyOf(tool, about), text: reply.text, token };
    const answer = answers.get(question.key);
    if (answer !== undefined) return run({ answer, token });
    if (person.put === undefined) return question;
    const isMoving = answers.size >= MOST_QUESTIONS;
    const ms = Math.max(0, msLeft() - AFTER_YES_MS);
    answers.set(question.key, isMoving ? "unanswered" : await person.put(question, ms));
  }
}

export function isQuestion(outcome: Reply<unknown> | Question): outcome is Question {
  return "key" in outcome;
}

function keyOf(tool: string, about: string): string {
  return createHash("sha256").update(`${tool}\n${about}`).digest("hex").slice(0, 32);
}
