import { once } from "node:events";
import { describe } from "vitest";
import type { Platform } from "../../../src/client/index.ts";
import { startTransfer } from "../../../src/operations/files/transfer.ts";
import { expect, JOB_ID, type PlatformStub, reply, test, wireJob } from "../../support/platform-stub.ts";

const STDOUT = 1;
const PIECE = Buffer.alloc(65_536, "x").fill(STDOUT, 0, 1);

describe("a file that comes from a job", () => {
  test("is given up where the job's shell sends a first line without an end", {
    tags: "hostility",
  }, async ({ stub, platform }) => {
    const { transfer, discarded, sent } = await transferOf({ stub, platform }, { most: 500 });

    expect(transfer.error).toBeInstanceOf(Error);
    expect(discarded).toEqual(["/nowhere"]);
    expect(sent()).toBeLessThan(500);
  });

  test("is given up where it grows faster than it comes", { tags: "hostility" }, async ({
    stub,
    platform,
  }) => {
    const first = Buffer.from("\u0001file 70000\n");
    const { transfer, discarded, sent } = await transferOf({ stub, platform }, { first, most: 2000 });

    expect(transfer.error).toMatchObject({ code: "platform_error" });
    expect(String(transfer.error)).toMatch(
      /was not saved.*70 kB.*32 MB more.*Nothing was saved.*job_exec.*head -c.*save the copy/,
    );
    expect(discarded).toEqual(["/nowhere"]);
    expect(sent()).toBeLessThan(2000);
  });
});

/** A transfer to its end, of a file that does not end before so many pieces. */
async function transferOf(
  { stub, platform }: { stub: PlatformStub; platform: Platform },
  { first, most }: { first?: Buffer; most: number },
) {
  stub.on(`GET /api/v1/jobs/${JOB_ID}`, (response) => reply(response, wireJob()));
  let sent = 0;
  const closed = new Promise<void>((resolve) => {
    stub.play("/exec", async (socket) => {
      void once(socket, "close").then(() => resolve());
      if (first !== undefined) socket.send(first);
      for (; socket.readyState === socket.OPEN && sent < most; sent += 1)
        await new Promise<void>((done) => socket.send(PIECE, () => done()));
      socket.close(1000);
    });
  });
  const job = await platform.jobs.get(JOB_ID);
  const discarded: string[] = [];
  const transfer = startTransfer({
    send: (signal) => platform.jobs.exec(job.id, { command: "send", stdout: true, stderr: true }, { signal }),
    file: {
      path: "/nowhere",
      write: async () => undefined,
      keep: async () => undefined,
      discard: async () => void discarded.push("/nowhere"),
    },
    target: { job, isMine: true, again: job.id },
    path: "data.bin",
  });
  await transfer.over;
  await closed;
  return { transfer, discarded, sent: () => sent };
}
