import { logs } from "../tools/logs/index.ts";
import type { ResourceContext } from "./define-resource.ts";

/** One job's log exactly as the tool gives it: whoever attaches it and whoever asks for it read the same. */
export async function readLog(
  { id, ...more }: { id: string; since?: string; timestamps?: boolean },
  context: ResourceContext,
): Promise<string> {
  const args = logs.input.parse({ jobs: [id], ...more });
  const { text } = await logs.run(args, {
    ...context,
    progress: () => undefined,
  });
  return text;
}
