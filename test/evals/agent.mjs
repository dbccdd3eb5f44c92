// The least that solves a task: finds the server in the configuration, asks why train-7b waits, says what it is told.
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const prompt = await text(process.stdin);
const { mcpServers } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const client = new Client({ name: "tiny", version: "0" });
await client.connect(new StdioClientTransport(mcpServers.apolo));
const [, name, job = "train-7b"] = /^(End) the job (\S+)\.$/.exec(prompt) ?? [];
const call =
  name === "End"
    ? { name: "job_kill", arguments: { jobs: [job] } }
    : { name: "job_status", arguments: { jobs: [job] } };
const { content } = await client.callTool(call);
console.log(content[0].text);
await client.close();
