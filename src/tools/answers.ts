import { z } from "zod";

/**
 * An object of an answer, open to new keys. The list of tools shows only the keys of `listed`: the others are in
 * every answer as well, but to describe them would cost each session bytes.
 */
export function openObject<Listed extends z.ZodRawShape, Others extends z.ZodRawShape>(
  listed: Listed,
  others: Others,
) {
  const unlisted = Object.keys(others).filter((key) => !(key in listed));
  return z.looseObject({ ...others, ...listed }).meta({ unlisted });
}

/** A list that an answer leaves out when it is empty. */
export function ifAny<T>(list: T[]): T[] | undefined {
  return list.length === 0 ? undefined : list;
}

export const text = z.string();
export const texts = z.array(text);
export const maybeText = text.optional();
export const maybeTexts = texts.optional();
export const maybeNumber = z.number().optional();
/** Absent means false. */
export const maybeFlag = z.boolean().optional();

/** The job that an answer is about. */
export const whichJob = { job: text, id: text, owner: text, project: text };

/** Where a job stands, for an answer about several. */
export const jobState = {
  name: maybeText,
  id: text,
  owner: maybeText,
  status: text,
  reason: maybeText,
  exit_code: maybeNumber,
  created_at: maybeText,
  finished_at: maybeText,
  run_time_seconds: maybeNumber,
  unread: maybeTexts,
};
