import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { request } from "undici";
import { connectPlatform, loginFromPassedConfig } from "../src/client/index.ts";
import { startEmulator } from "../src/emulator/index.ts";
import { openCaller } from "../src/operations/caller.ts";
import { createServer } from "../src/server/index.ts";
import { compare, type Figure } from "./measure.ts";

/** One `job_status` through the protocol, against the raw request that it cannot do without. */
export async function call(): Promise<Figure[]> {
  const emulator = await startEmulator();
  const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
  const client = new Client({ name: "bench", version: "0" });
  try {
    const job = await platform.jobs.start({ image: "ubuntu", command: "sleep 600" });
    const [near, far] = InMemoryTransport.createLinkedPair();
    const policy = { mode: "full", toolset: "all", ownedOnly: false, secrets: [] } as const;
    await Promise.all([createServer(openCaller(platform, policy)).connect(far), client.connect(near)]);
    const headers = { authorization: `Bearer ${emulator.token}` };
    const status = await compare("job_status", {
      ours: () => client.callTool({ name: "job_status", arguments: { jobs: [job.id] } }),
      baseline: async () => (await request(`${emulator.url}/jobs/${job.id}`, { headers })).body.json(),
      what: "raw GET of the job",
      rounds: 200,
    });
    return [status];
  } finally {
    await client.close();
    await platform.close();
    await emulator.close();
  }
}
