import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import {
  connectPlatform,
  type JobDescription,
  loginFromPassedConfig,
  type Platform,
} from "../../src/client/index.ts";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";

let emulator: Emulator;
let platform: Platform;
let job: JobDescription;

beforeAll(async () => {
  emulator = await startEmulator();
  platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
});
beforeEach(async () => {
  job = await start(
    "bash -c 'for i in $(seq 1 500); do echo \"line $i é\"; done; read x; echo got $x; exit 5'",
  );
});
afterAll(async () => {
  await platform.close();
  await emulator.close();
});

/** Starts a job and waits until it runs. */
async function start(command: string): Promise<JobDescription> {
  const { id } = await platform.jobs.start({ image: "ubuntu", command });
  return vi.waitFor(
    async () => {
      const found = await platform.jobs.get(id);
      expect(found.status).not.toBe("pending");
      return found;
    },
    { timeout: 30_000 },
  );
}

describe("the client on the emulator", () => {
  test("tails a running job and goes on from the cursor", async () => {
    const tail = await vi.waitFor(
      async () => {
        const found = await platform.jobs.tail(job.id, { lines: 3 });
        expect(found.lines.map(({ text }) => text)).toEqual(["line 498 é", "line 499 é", "line 500 é"]);
        return found;
      },
      { timeout: 30_000 },
    );

    expect(tail).toMatchObject({ live: true, reachedStart: false });
    expect(await platform.jobs.tail(job.id, { after: tail.cursor })).toMatchObject({
      lines: [],
      more: false,
    });
  });

  test("runs a command with input and tells its exit code", async () => {
    const options = { command: "tr a-z A-Z; echo oops >&2; exit 3", stdin: "hello" };

    expect(await platform.jobs.execAndCollect(job.id, options)).toMatchObject({
      stdout: { head: "HELLO" },
      stderr: { head: "oops\n" },
      exitCode: 3,
      timedOut: false,
    });
  });

  test("measures, saves and counts what more could start", async () => {
    const steps: string[] = [];
    for await (const { kind } of platform.jobs.save(job.id, "image:snap:v1")) steps.push(kind);
    for await (const sample of platform.jobs.top(job.id)) {
      expect(sample.memory_bytes).toBeGreaterThan(0);
      break;
    }

    expect(steps.slice(0, 2)).toEqual(["commit-started", "commit-finished"]);
    expect(steps.at(-1)).toBe("saved");
    expect((await platform.jobs.getCapacity())["cpu-small"]).toBeGreaterThanOrEqual(0);
  });

  test("forwards a port of the job", async () => {
    const script =
      "const s = require('net').createServer(c => c.end('from the job')); s.listen(0, '127.0.0.1', () => console.log(s.address().port))";
    const server = await start(`${process.execPath} -e "${script}"`);
    const port = await vi.waitFor(
      async () => {
        const { lines } = await platform.jobs.tail(server.id, { job: server });
        expect(lines).toHaveLength(1);
        return Number(lines[0]?.text);
      },
      { timeout: 30_000 },
    );
    const forward = await platform.jobs.portForward(server.id, { port });
    const ask = async () => {
      const socket = connect(forward.localPort, "127.0.0.1").setEncoding("utf8");
      let text = "";
      socket.on("data", (data) => {
        text += data;
      });
      await once(socket, "close");
      return text;
    };

    expect(await ask()).toBe("from the job");
    await forward.close();
    await platform.jobs.kill(server.id);
  });

  test("attaches with input, and follows the log to the end", async () => {
    const following = (async () => {
      let last = "";
      for await (const { text } of platform.jobs.follow(job.id)) last = text;
      return last;
    })();
    const attached = await platform.jobs.attach(job.id, { stdin: true, stdout: true, stderr: true });
    await attached.writeIn(Buffer.from("word\n"));
    let output = "";
    for await (const { data } of attached.output) output += Buffer.from(data).toString();

    expect(output).toContain("got word");
    expect(await following).toBe("got word");
    expect(await platform.jobs.get(job.id)).toMatchObject({ status: "failed", history: { exit_code: 5 } });
    await expect(platform.jobs.exec(job.id, { command: "true", stdout: true })).rejects.toMatchObject({
      code: "not_running",
    });
  });

  test("starts once, also when the answer is lost", async () => {
    const options = { image: "ubuntu", command: "sleep 60" };
    const first = await platform.jobs.startOnce(options, { requestId: "emulated-1" });
    const second = await platform.jobs.startOnce(options, { requestId: "emulated-1" });
    await platform.jobs.sendSignal(first.job.id).catch(() => undefined);

    expect([first.repeated, second.repeated]).toEqual([false, true]);
    expect(second.job.id).toBe(first.job.id);
  });
});
