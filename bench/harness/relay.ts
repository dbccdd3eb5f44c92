import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Agent, request } from "undici";
import { z } from "zod";

// The least that a server on this SDK can do: one tool that passes the platform's answer on, unread.
const { url, token } = JSON.parse(process.env.BENCH_TOLD ?? "{}") as { url: string; token: string };
const dispatcher = new Agent();
const headers = { authorization: `Bearer ${token}` };

serveStdio(() => {
  const server = new McpServer({ name: "relay", version: "0" });
  const inputSchema = z.object({ jobs: z.array(z.string()) });
  server.registerTool("job_status", { inputSchema }, async ({ jobs: [id = ""] }) => {
    const { body } = await request(new URL(`/api/v1/jobs/${id}`, url), { dispatcher, headers });
    return { content: [{ type: "text", text: await body.text() }] };
  });
  return server;
});
