import { describe } from "vitest";
import { jobUri } from "../../src/jobs/names/ids.ts";
import { expect, test } from "../support/fixtures.ts";
import { startJob, untilPrinted, untilStatus } from "../support/run-job.ts";

const TOKEN = "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH";

describe("a file of a job as a resource", () => {
  test("is text, bytes or what is in a folder", async ({ mcp, platform }) => {
    const script = `cd /tmp && mkdir -p "my dir" && cd "my dir" && echo token ${TOKEN} > "a b" && printf "\\001\\002\\377\\000" > data && seq 1 5000 > long && echo made; sleep 600`;
    const job = await startJob(platform, { name: "train", script });
    await untilPrinted(platform, job, "made");
    const uri = `${jobUri(await untilStatus(platform, job, "running"))}/files`;
    const read = async (path: string) =>
      (await mcp.client.readResource({ uri: `${uri}/${path}` })).contents[0];
    expect(await read("tmp/my%20dir/a%20b")).toMatchObject({
      text: "token [redacted]\n",
      mimeType: "text/plain",
    });
    expect(await read(encodeURIComponent("/tmp/my dir/data"))).toMatchObject({
      ...{ blob: Buffer.of(1, 2, 255, 0).toString("base64"), mimeType: "application/octet-stream" },
    });
    expect(await read("tmp/my%20dir/long")).toMatchObject({
      text: expect.stringMatching(/not shown; job_files reads on/),
    });
    expect(await read("tmp/my%20dir")).toMatchObject({ text: expect.stringContaining('"total":3') });
    await expect(read("tmp/none")).rejects.toThrow(/not_found: There is no/);
  });

  test("shows no secret in the names of a folder, as job_files shows none", async ({ mcp, platform }) => {
    const env = { DB_PASSWORD: "xylophone-river-42" };
    const script = `mkdir /tmp/kept && touch "/tmp/kept/$DB_PASSWORD" /tmp/kept/${TOKEN} /tmp/kept/model.pt && echo made; sleep 600`;
    const job = await startJob(platform, { name: "train", env, script });
    await untilPrinted(platform, job, "made");
    const { contents } = await mcp.client.readResource({ uri: `${jobUri(job)}/files/tmp/kept` });
    const folder = JSON.parse((contents[0] as { text: string }).text);
    expect(folder.entries).toMatchObject([
      { name: "[redacted]" },
      { name: "model.pt" },
      { name: "[redacted]" },
    ]);
    const { data } = await mcp.ok("job_files", { job: "train", path: "/tmp/kept" });
    const names = (entries: { name: string }[]) => entries.map(({ name }) => name);
    expect(names(folder.entries)).toEqual(names(data.entries));
  });
});
