import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { expect } from "vitest";
import { tools } from "../../src/tools/index.ts";

export interface Answer {
  text: string;
  // Tests look into results of many shapes; vitest's matchers check them.
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  data: any;
  isError: boolean;
}

/** An MCP client as an agent uses it: calls tools by name, reads what comes back. */
export class Agent {
  readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  async call(
    name: string,
    args: Record<string, unknown> = {},
    signal?: AbortSignal,
    onprogress?: () => void,
  ): Promise<Answer> {
    const options = { ...(signal && { signal }), ...(onprogress && { onprogress }) };
    const result = await this.client.callTool({ name, arguments: args }, CallToolResultSchema, options);
    const { content, structuredContent, isError } = CallToolResultSchema.parse(result);
    if (isError !== true) checkData(name, structuredContent);
    const text = content.map((block) => (block.type === "text" ? block.text : "")).join("");
    return { text, data: structuredContent, isError: isError === true };
  }

  /** The same, for calls that must succeed. */
  async ok(name: string, args: Record<string, unknown> = {}): Promise<Answer> {
    const answer = await this.call(name, args);
    if (answer.isError) throw new Error(`${name} failed: ${answer.text}`);
    return answer;
  }

  /** The error text of a call that must fail. */
  async refusal(name: string, args: Record<string, unknown> = {}): Promise<string> {
    const answer = await this.call(name, args);
    if (!answer.isError) throw new Error(`${name} succeeded: ${answer.text}`);
    return answer.text;
  }
}

/** What is sent is not checked once more before: it is all in the tool's whole schema, of which the list shows a part. */
function checkData(name: string, data: unknown): void {
  const tool = tools.find((offered) => offered.name === name);
  if (tool !== undefined) expect(tool.output.parse(data)).toEqual(data);
}
