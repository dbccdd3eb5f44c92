import { z } from "zod";
import { maybeFlag, maybeText, openObject, text, whichJob } from "../answers.ts";

const values = z.record(text, text).optional();

/** A job that was started. */
export const startedJob = {
  name: maybeText,
  id: text,
  status: text,
  reason: maybeText,
  owner: maybeText,
  project: maybeText,
  request_id: maybeText,
  /** By an earlier call. */
  repeated: maybeFlag,
  twins: z.array(text).optional(),
  /** Whether there are such could not be looked up. */
  unchecked: maybeFlag,
  values,
  http_url: maybeText,
  output: maybeText,
};

export const failedStart = openObject({}, { index: z.int(), name: maybeText, values, error: text });

/** What every answer about a start may also have. */
export const startFacts = {
  request_id: maybeText,
  tag: maybeText,
  owner: maybeText,
  project: maybeText,
  earlier: z.looseObject({ ...whichJob, status: text }).optional(),
};
