import { describe, expect, test, vi } from "vitest";
import { jobUri } from "../../src/resources/job-uri.ts";
import { connectSession, scriptedPlatform } from "./scripted.ts";

const WITHIN = { timeout: 4000, interval: 10 };

describe("resources/subscribe", () => {
  test("tells of each change of a job, and once more at its end", async () => {
    const { emulator, platform } = await scriptedPlatform();
    const session = await connectSession(platform);
    const job = await platform.jobs.start({ image: "ubuntu", command: "sleep 60", name: "train" });
    const uri = jobUri(job);
    await session.client.subscribeResource({ uri });
    await vi.waitFor(() => expect(session.updates.length).toBeGreaterThan(0), WITHIN);
    console.log(session.updates, await session.read(uri));
    emulator.runner.jobs[0]?.end({ exitCode: 3 });
    await vi.waitFor(async () => expect(JSON.parse(await session.read(uri)).status).toBe("failed"), WITHIN);
    const before = session.updates.length;
    await vi.waitFor(() => expect(session.updates.length).toBeGreaterThan(before), WITHIN);
    console.log(session.updates);
  });
});
