/** A step, and the tools it names. */
export type Step = readonly [needs: readonly string[], text: string];

/** The steps that can be done with these tools, numbered. */
export function numbered(steps: readonly Step[], tools: ReadonlySet<string>): string {
  return steps
    .filter(([needs]) => needs.every((tool) => tools.has(tool)))
    .map(([, text], index) => `${index + 1}. ${text}`)
    .join("\n");
}
