import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Runner } from "../../../src/emulator/run/index.ts";
import { openRunner } from "../../../src/emulator/run/index.ts";
import { PortError } from "../../../src/emulator/run/ports.ts";
import { WITHIN } from "../../support/busy.ts";
import { processesOf, programsOf, removeFolders, run, start } from "./jobs.ts";

let runner: Runner;

beforeAll(async () => {
  runner = openRunner({ isolate: false });
});

afterAll(async () => {
  await runner.close();
  removeFolders();
});

describe("a job without isolation", () => {
  test("runs with the given environment in its own folder", async () => {
    const { text, launch, ending } = await run(runner, ["sh", "-c", "echo $GREETING; pwd; echo $HOME"]);
    expect(text.split("\n")).toEqual(["hello", launch.folder, join(launch.folder, "root"), ""]);
    expect(ending).toEqual({ exitCode: 0, oomKilled: false });
  });

  test("gets nothing of the emulator's own environment", async () => {
    vi.stubEnv("EMULATOR_SECRET", "do-not-leak");
    const { text } = await run(runner, ["env"]);
    vi.unstubAllEnvs();
    expect(text).not.toContain("do-not-leak");
  });

  test("finds a working directory that the host lacks in its folder", async () => {
    const { text, launch } = await run(runner, ["pwd"], { workingDir: "/no/such/place" });
    expect(text.trim()).toBe(join(launch.folder, "no/such/place"));
  });

  test("keeps a working directory that the host has", async () => {
    expect((await run(runner, ["pwd"], { workingDir: "/usr" })).text).toBe("/usr\n");
  });

  test.each([
    ["exit 3", 3],
    ["kill -9 $$", 137],
    ["kill -TERM $$", 143],
  ])("ends as a shell tells it after %s", async (script, exitCode) => {
    expect((await run(runner, ["sh", "-c", script])).ending).toEqual({ exitCode, oomKilled: false });
  });

  test("tells stdout from stderr", async () => {
    const { job } = start(runner, ["sh", "-c", "echo out; echo err >&2"]);
    const seen = { stdout: "", stderr: "" };
    job.onOutput((stream, chunk) => {
      seen[stream] += chunk.toString();
    });
    await job.ended;
    expect(seen).toEqual({ stdout: "out\n", stderr: "err\n" });
  });

  test("loses nothing of a large output", async () => {
    const { text } = await run(runner, ["sh", "-c", "seq 1 200000"]);
    expect(text.trimEnd().split("\n").length).toBe(200_000);
    expect(text.endsWith("200000\n")).toBe(true);
  });

  test("loses nothing of the last output on a terminal", async () => {
    const script = "seq 1 3000; echo end";
    const runs = Array.from({ length: 12 }, async () => run(runner, ["sh", "-c", script], { tty: true }));
    const texts = (await Promise.all(runs)).map(({ text }) => text);
    expect(new Set(texts.map((text) => text.slice(-11)))).toEqual(new Set(["3000\r\nend\r\n"]));
  });

  test("says so when the program does not exist", async () => {
    const { ending } = await run(runner, ["no-such-program"]);
    expect(ending.startError).toBe('exec: "no-such-program": executable file not found in $PATH');
    expect(ending.exitCode).toBe(127);
  });

  test("says so when an argument cannot be passed", async () => {
    const { ending } = await run(runner, ["echo", "a\0b"]);
    expect(ending.startError).toBeDefined();
  });

  test("is refused with a clear text when it mounts something", async () => {
    const mounts = [{ source: "/usr", target: "/data", readOnly: true }];
    const { ending, text } = await run(runner, ["ls", "/data"], { mounts });
    expect(ending.startError).toContain("need bubblewrap");
    expect(text).toBe("");
  });

  test("gets what is written to its stdin", async () => {
    const { job, text } = start(runner, ["head", "-n", "1"]);
    job.stdin.write("a line\n");
    await job.ended;
    expect(text()).toBe("a line\n");
  });

  test("waits while its output is held", async () => {
    const { job, text } = start(runner, ["sh", "-c", "read go; seq 1 100000; echo done"]);
    const release = job.hold();
    job.stdin.write("go\n");
    await expect.poll(() => processesOf("nobody").length).toBe(0);
    expect(text()).toBe("");
    release();
    await job.ended;
    expect(text().endsWith("done\n")).toBe(true);
  });
});

describe("the end of a job", () => {
  test("takes processes along that left its group, its session and their parents", async () => {
    const script = "setsid sleep 600 & (setsid setsid sleep 600 &); read go";
    const { job, launch } = start(runner, ["sh", "-c", script]);
    await expect.poll(() => programsOf(launch.jobId), WITHIN).toEqual(["sh", "sleep", "sleep"]);
    job.stdin.write("go\n");
    expect((await job.ended).exitCode).toBe(0);
    expect(processesOf(launch.jobId)).toEqual([]);
  });

  test("does not wait for output that nobody will close", async () => {
    const { text } = await run(runner, ["sh", "-c", "sleep 600 & echo left"]);
    expect(text).toBe("left\n");
  });

  test("can be asked for, and taken by the job", async () => {
    const script = "trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.02; done";
    const { job, text } = start(runner, ["sh", "-c", script]);
    await expect.poll(text, WITHIN).toContain("up");
    job.kill("SIGTERM");
    expect(await job.ended).toEqual({ exitCode: 7, oomKilled: false });
    expect(text()).toContain("bye");
  });

  test("can be forced on a job that ignores requests", async () => {
    const { job, text } = start(runner, ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.02; done"]);
    await expect.poll(text, WITHIN).toContain("up");
    job.kill("SIGTERM");
    job.kill("SIGKILL");
    expect((await job.ended).exitCode).toBe(137);
  });

  test("is brought about by closing the runner", async () => {
    const other = openRunner({ isolate: false });
    const { job, launch } = start(other, ["sh", "-c", "sleep 600 & setsid sleep 600 & wait"]);
    await expect.poll(() => processesOf(launch.jobId).length, WITHIN).toBeGreaterThan(2);
    await other.close();
    expect((await job.ended).exitCode).toBe(137);
    expect(processesOf(launch.jobId)).toEqual([]);
  });
});

describe("exec", () => {
  test("runs in the job's environment and folder", async () => {
    const { job, launch } = start(runner, ["sleep", "600"]);
    const session = await job.exec(["sh", "-c", "pwd; echo $GREETING; exit 4"], { tty: false });
    const text = await readText(session.stdout);
    expect(text).toBe(`${launch.folder}\nhello\n`);
    expect((await session.ended).exitCode).toBe(4);
    job.kill("SIGKILL");
    await job.ended;
  });

  test("loses nothing of what a terminal shows before its program ends", async () => {
    const { job } = start(runner, ["sleep", "600"]);
    const ends = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const session = await job.exec(["seq", "1", "20000"], { tty: true });
        const text = await readText(session.stdout);
        return text.slice(-7);
      }),
    );
    expect(new Set(ends)).toEqual(new Set(["20000\r\n"]));
    job.kill("SIGKILL");
    await job.ended;
  });

  test("has a terminal that can be resized", async () => {
    const { job } = start(runner, ["sleep", "600"]);
    const session = await job.exec(["sh", "-c", "read go; stty size; test -t 0 && echo terminal"], {
      tty: true,
    });
    session.resize({ height: 11, width: 77 });
    session.stdin.write("go\r");
    const text = await readText(session.stdout);
    expect(text).toContain("11 77");
    expect(text).toContain("terminal");
    expect(session.stderr).toBeUndefined();
    job.kill("SIGKILL");
    await job.ended;
  });

  test("ends with its job", async () => {
    const { job, launch } = start(runner, ["sleep", "600"]);
    const session = await job.exec(["sleep", "601"], { tty: false });
    job.kill("SIGKILL");
    await job.ended;
    expect((await session.ended).exitCode).toBe(137);
    expect(processesOf(launch.jobId)).toEqual([]);
  });

  test("says so when the program does not exist", async () => {
    const { job } = start(runner, ["sleep", "600"]);
    const session = await job.exec(["nope"], { tty: false });
    expect((await session.ended).startError).toContain("executable file not found");
    job.kill("SIGKILL");
    await job.ended;
  });
});

describe.each(["none", undefined])("resources of a job, memory group: %s", (memoryGroup) => {
  let runner: Runner;

  beforeAll(() => {
    runner = openRunner({ isolate: false, memoryGroup });
  });

  afterAll(async () => runner.close());

  const grow = "const kept=[];setInterval(()=>kept.push(Buffer.alloc(4<<20,1)),2)";

  test("end it when all its processes together take too much memory", async () => {
    const half = "const b=Buffer.alloc(70<<20,1);setTimeout(()=>b,60000)";
    const script = `node -e '${half}' & node -e '${half}' & wait`;
    const { ending } = await run(runner, ["sh", "-c", script], { memoryBytes: 150 << 20 });
    expect(ending).toEqual({ exitCode: 137, oomKilled: true });
  });

  test("end it when one process takes too much memory", async () => {
    const { ending } = await run(runner, ["node", "-e", grow], { memoryBytes: 150 << 20 });
    expect(ending).toEqual({ exitCode: 137, oomKilled: true });
  });

  test("show the CPU and memory of the whole group", async () => {
    const { job } = start(runner, ["sh", "-c", "while :; do :; done & while :; do :; done & wait"]);
    await job.usage();
    await vi.waitFor(async () => expect((await job.usage()).cpuCores).toBeGreaterThan(0.02), WITHIN);
    const { memoryBytes } = await job.usage();
    expect(memoryBytes).toBeGreaterThan(50_000);
    expect(memoryBytes).toBeLessThan(50 << 20);
    job.kill("SIGKILL");
    await job.ended;
  });
});

describe("a port", () => {
  test("is reached when the job listens on it", async () => {
    const server =
      "require('net').createServer(s=>s.end('hi')).listen(0,function(){console.log(this.address().port)})";
    const { job, text } = start(runner, ["sh", "-c", `node -e "${server}"`]);
    await expect.poll(text, WITHIN).toContain("\n");
    expect(await readText(await job.connect(Number(text())))).toBe("hi");
    job.kill("SIGKILL");
    await job.ended;
  });

  test("is refused when somebody else listens on it", async () => {
    const { job } = start(runner, ["sleep", "600"]);
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await expect(job.connect(port)).rejects.toBeInstanceOf(PortError);
    server.close();
    job.kill("SIGKILL");
    await job.ended;
  });
});

describe("a folder", () => {
  test("keeps what the job wrote", async () => {
    const { launch } = await run(runner, ["sh", "-c", "mkdir -p out && echo result > out/file"]);
    mkdirSync(launch.folder, { recursive: true });
    expect(readFileSync(join(launch.folder, "out/file"), "utf8")).toBe("result\n");
  });
});
