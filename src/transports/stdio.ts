import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

/** Speaks MCP over stdin and stdout until the client goes away. The SDK does not notice that stdin ended. */
export async function serveStdio(server: Server): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    for (const event of ["end", "close", "error"]) process.stdin.once(event, () => resolve());
    process.stdout.once("error", () => resolve());
  });
  await server.connect(new StdioServerTransport());
  await gone;
  await server.close();
}
