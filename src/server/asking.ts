import { msLeft } from "../client/index.ts";
import type { Consent } from "../operations/caller.ts";
import type { Reply } from "../tools/define-tool.ts";
import type { Client, Connection } from "./connection.ts";

/** What a person allows must still be done within the time of the call. */
const AFTER_YES_MS = 10_000;

/**
 * What a person is to be asked before anything is done. The token stands for what it is about, so whoever puts the
 * question need not remember the call: the same call with `consentOf` acts.
 */
export interface Question {
  text: string;
  token: string;
}

/** With what a call begins: one that nobody can be asked about must not end in a question. */
export function openingConsent(client: Client): Consent | undefined {
  return client.canAsk() ? undefined : { answer: "unable" };
}

/** The first half: what a call wants to know; undefined if it is done. */
export function questionIn({ text, asks }: Reply<unknown>): Question | undefined {
  return asks === undefined ? undefined : { text, token: asks };
}

/** The second half: with what the call is made again once there is an answer. */
function consentOf({ token }: Question, answer: Consent["answer"]): Consent {
  return { answer, token };
}

/** Between the halves, where the protocol has the server ask while the call waits. */
export async function askPerson(
  question: Question,
  { client, scrub }: Connection,
  signal: AbortSignal,
): Promise<Consent> {
  const ms = Math.max(0, msLeft(signal) - AFTER_YES_MS);
  return consentOf(question, await client.ask(scrub(question.text), ms));
}
