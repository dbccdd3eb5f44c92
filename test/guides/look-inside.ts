import type { Platform } from "apolo-jobs-mcp/client";

/** What a running job has on its disk, its memory in use, and the last lines of its log. */
export async function lookInside({ jobs }: Platform, id: string) {
  const { stdout, exitCode } = await jobs.execAndCollect(id, { command: "df -h /" });
  const { lines } = await jobs.tail(id, { lines: 20 });
  for await (const { memory_bytes } of jobs.top(id))
    return { disk: stdout.head, exitCode, memory_bytes, log: lines.map(({ text }) => text) };
  return undefined;
}
