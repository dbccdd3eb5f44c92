import { once } from "node:events";
import { describe } from "vitest";
import { startTransfer } from "../../../src/operations/files/transfer.ts";
import { expect, JOB_ID, reply, test, wireJob } from "../../support/platform-stub.ts";

const STDOUT = 1;
const PIECE = Buffer.alloc(65_536, "x").fill(STDOUT, 0, 1);
const MOST_PIECES = 500;

describe("a file that comes from a job", () => {
  test("is given up where the job's shell sends a first line without an end", {
    tags: "hostility",
  }, async ({ stub, platform }) => {
    stub.on(`GET /api/v1/jobs/${JOB_ID}`, (response) => reply(response, wireJob()));
    let sent = 0;
    const closed = new Promise<void>((resolve) => {
      stub.play("/exec", async (socket) => {
        void once(socket, "close").then(() => resolve());
        for (; socket.readyState === socket.OPEN && sent < MOST_PIECES; sent += 1)
          await new Promise<void>((done) => socket.send(PIECE, () => done()));
        socket.close(1000);
      });
    });
    const job = await platform.jobs.get(JOB_ID);
    const discarded: string[] = [];
    const transfer = startTransfer({
      send: (signal) =>
        platform.jobs.exec(job.id, { command: "send", stdout: true, stderr: true }, { signal }),
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

    expect(transfer.error).toBeInstanceOf(Error);
    expect(discarded).toEqual(["/nowhere"]);
    expect(sent).toBeLessThan(MOST_PIECES);
  });
});
