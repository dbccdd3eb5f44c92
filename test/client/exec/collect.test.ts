import { spawn } from "node:child_process";
import { split } from "shlex";
import { describe, vi } from "vitest";
import { fakeTimeouts } from "../../support/fake-clock.ts";
import { expect, JOB_ID, type PlatformStub, test } from "../../support/platform-stub.ts";

/** Runs what is asked for as a real process, as a node does: shell words, no shell, no end of stdin. */
function runForReal(stub: PlatformStub): void {
  stub.play("/exec", (socket, { url = "" }) => {
    const query = new URL(url, "http://x").searchParams;
    const [program = "", ...args] = split(query.get("cmd") ?? "");
    const child = spawn(program, args, {
      stdio: [query.get("stdin") === "1" ? "pipe" : "ignore", "pipe", "pipe"],
    });
    socket.on("message", (data: Buffer) => child.stdin?.write(data.subarray(1)));
    child.stdin?.on("error", () => undefined);
    child.stdout?.on("data", (data: Buffer) => socket.send(Buffer.concat([Buffer.of(1), data])));
    child.stderr?.on("data", (data: Buffer) => socket.send(Buffer.concat([Buffer.of(2), data])));
    child.on("close", (code) => {
      socket.send(Buffer.concat([Buffer.of(3), Buffer.from(`{"exit_code": ${code}}`)]));
      socket.close(1000);
    });
    socket.on("close", () => child.kill("SIGKILL"));
  });
}

describe("execAndCollect", () => {
  test("runs shell text with its quotes and reports both streams and the exit code", async ({
    stub,
    platform,
  }) => {
    runForReal(stub);
    const command = `x='a  "b"'; echo "$x"\n# a comment: it's\necho oops >&2 | cat; exit 3`;

    const { stdout, stderr, exitCode, timedOut } = await platform.jobs.execAndCollect(JOB_ID, { command });

    expect([stdout.head, stderr.head, exitCode, timedOut]).toEqual(['a  "b"\n', "oops\n", 3, false]);
  });

  test("runs argv as it is, without a shell", async ({ stub, platform }) => {
    runForReal(stub);
    const argv = ["printf", "%s|", "a b", "$HOME", "it's", '"'];

    const { stdout, exitCode } = await platform.jobs.execAndCollect(JOB_ID, { argv });

    expect([stdout.head, exitCode]).toEqual([`a b|$HOME|it's|"|`, 0]);
  });

  test("feeds text to stdin and ends it", async ({ stub, platform }) => {
    runForReal(stub);
    const stdin = "žluť\n".repeat(1000);

    const byShell = await platform.jobs.execAndCollect(JOB_ID, { command: "cat; echo end", stdin });
    const byArgv = await platform.jobs.execAndCollect(JOB_ID, { argv: ["wc", "-c"], stdin });
    const empty = await platform.jobs.execAndCollect(JOB_ID, { argv: ["wc", "-c"], stdin: "" });

    expect(byShell.stdout.head).toBe(`${stdin}end\n`);
    expect(byArgv.stdout.head.trim()).toBe(String(Buffer.byteLength(stdin)));
    expect(empty.stdout.head.trim()).toBe("0");
  });

  test("sends a command too long for an address through the socket", async ({ stub, platform }) => {
    runForReal(stub);
    const filler = Array.from({ length: 2000 }, (_, index) => `# line ${index} of a long script`).join("\n");
    const command = `${filler}\nread line || line=nothing\necho "got $line"; exit 7`;

    const alone = await platform.jobs.execAndCollect(JOB_ID, { command });
    const fed = await platform.jobs.execAndCollect(JOB_ID, { command, stdin: "input\n" });

    expect([alone.stdout.head, alone.exitCode]).toEqual(["got nothing\n", 7]);
    expect([fed.stdout.head, fed.exitCode]).toEqual(["got input\n", 7]);
    expect(Math.max(...stub.seen.map((line) => line.length))).toBeLessThan(8000);
  });

  test("changes to the working folder first, and fails when it cannot", async ({ stub, platform }) => {
    runForReal(stub);

    const there = await platform.jobs.execAndCollect(JOB_ID, { argv: ["pwd"], workingDir: "/usr" });
    const nowhere = await platform.jobs.execAndCollect(JOB_ID, {
      command: "echo no",
      workingDir: "/no such",
    });

    expect(there.stdout.head).toBe("/usr\n");
    expect(nowhere.stdout.head).toBe("");
    expect(nowhere.exitCode).not.toBe(0);
  });

  test.for([
    ["characters that an address spells out", { command: `echo '${"()!~".repeat(900)}' | wc -c` }, "3601"],
    ["quotes in what is fed", { command: `: ${"'' ".repeat(150)}; wc -c`, stdin: "abc" }, "3"],
  ] as const)("measures what is sent: %s", async ([, options, printed], { stub, platform }) => {
    runForReal(stub);
    const { stdout } = await platform.jobs.execAndCollect(JOB_ID, options);
    expect(stdout.head.trim()).toBe(printed);
    expect(Math.max(...stub.seen.map((line) => line.length))).toBeLessThan(8000);
  });

  test("keeps the beginning and the end of long output", async ({ stub, platform }) => {
    runForReal(stub);

    const { stdout } = await platform.jobs.execAndCollect(JOB_ID, { command: "seq 1 100000", maxBytes: 40 });

    expect(stdout.head.startsWith("1\n2\n3\n")).toBe(true);
    expect(stdout.tail.endsWith("99999\n100000\n")).toBe(true);
    expect(stdout.omittedBytes).toBe(588_895 - 40);
  });

  test("says that it timed out, with what was printed so far", async ({ stub, platform }) => {
    const timeoutMs = 500;
    await fakeTimeouts(platform);
    stub.play("/exec", (socket) => {
      socket.send(Buffer.from("\x01begun\n"));
      // Whoever answers has read what came before.
      socket.once("pong", () => vi.advanceTimersByTime(timeoutMs));
      socket.ping();
    });
    const command = "echo begun; exec sleep 60";

    const collected = await platform.jobs.execAndCollect(JOB_ID, { command }, { timeoutMs });

    expect(collected).toMatchObject({ timedOut: true, stdout: { head: "begun\n" } });
    expect(collected).not.toHaveProperty("exitCode");
  });

  test("ends at once with the caller's reason when the signal fires", async ({ stub, platform }) => {
    const controller = new AbortController();
    stub.play("/exec", () => controller.abort(new Error("enough")));

    await expect(
      platform.jobs.execAndCollect(JOB_ID, { command: "sleep 60" }, { signal: controller.signal }),
    ).rejects.toThrow("enough");
  });

  test("refuses neither or both of argv and command", async ({ platform }) => {
    for (const options of [{}, { argv: ["a"], command: "a" }, { argv: [] }, { command: " " }])
      await expect(platform.jobs.execAndCollect(JOB_ID, options)).rejects.toMatchObject({
        code: "invalid_argument",
      });
  });
});
