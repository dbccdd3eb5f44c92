import { logAnswer } from "../jobs/output/answer.ts";
import { readLogs } from "../operations/logs/index.ts";
import type { LogQuery } from "../operations/logs/query.ts";
import type { ResourceContext } from "./define-resource.ts";

/** One job's log exactly as job_logs gives it: whoever attaches it and whoever asks for it read the same. */
export async function logText(query: LogQuery, context: ResourceContext): Promise<string> {
  return logAnswer(await readLogs(query, { ...context, progress: () => undefined })).text;
}
