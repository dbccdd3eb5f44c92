import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WITHIN } from "../../support/busy.ts";
import { type Platform, startPlatform } from "./platform.ts";

let platform: Platform;
let job: string;

beforeAll(async () => {
  platform = await startPlatform();
  job = await platform.run("sleep 600", { container: { env: { COLOUR: "green" } } });
});

afterAll(async () => platform.close());

const exec = (command: string, flags = "tty=0&stdin=0&stdout=1&stderr=1", id = job) =>
  platform.open(`${id}/exec?cmd=${encodeURIComponent(command)}&${flags}`);

describe("exec", () => {
  test("sends an empty output first, then the streams apart, then the exit code, and closes with 1000", async () => {
    const line = exec("sh -c 'echo out $COLOUR; echo err >&2'");
    expect(await line.end).toEqual({ code: 1000, reason: "" });
    expect(line.messages[0]).toEqual(Buffer.of(1));
    expect(line.channel(1)).toBe("out green\n");
    expect(line.channel(2)).toBe("err\n");
    expect(line.channel(3)).toBe('{"exit_code": 0}');
    expect(line.messages.at(-1)?.[0]).toBe(3);
    expect(line.messages.every((message) => message.length > 0)).toBe(true);
  });

  test("tells the exit code of a command that failed", async () => {
    const line = exec("sh -c 'exit 42'");
    await line.end;
    expect(JSON.parse(line.channel(3))).toEqual({
      exit_code: 42,
      message: "command terminated with exit code 42",
    });
  });

  test("splits the command once and runs no shell", async () => {
    const line = exec("echo 'a  b' $HOME \"c;d\" | cat");
    await line.end;
    expect(line.channel(1)).toBe("a  b $HOME c;d | cat\n");
  });

  test("ends with 1 and a message when the program does not exist", async () => {
    const line = exec("no-such-program --flag");
    await line.end;
    const { exit_code, message } = JSON.parse(line.channel(3));
    expect(exit_code).toBe(1);
    expect(message).toContain('exec: "no-such-program": executable file not found in $PATH');
  });

  test("passes stdin on, without an end of file", async () => {
    const line = await exec("head -c 6", "tty=0&stdin=1&stdout=1&stderr=1").opened();
    line.input("abc");
    line.input("defghi");
    await line.end;
    expect(line.channel(1)).toBe("abcdef");
  });

  test("ends without an exit code when text comes where bytes belong", async () => {
    const line = await exec("cat", "tty=0&stdin=1&stdout=1&stderr=1").opened();
    line.socket.send("abc");
    expect(await line.end).toEqual({ code: 1000, reason: "" });
    expect(line.channel(3)).toBe("");
  });

  test("ends stdin at once when it was not asked for", async () => {
    const line = exec("cat");
    await line.end;
    expect(line.channel(3)).toBe('{"exit_code": 0}');
  });

  test.each(['{"height":31,"width":91}', '{"Width":91,"Height":31}'])(
    "resizes a terminal to %s",
    async (size) => {
      const line = await exec("sh -c 'read go; stty size'", "tty=1&stdin=1&stdout=1&stderr=0").opened();
      line.resize(size);
      line.input("go\r");
      await line.end;
      expect(line.channel(1)).toContain("31 91");
      expect(line.channel(2)).toBe("");
    },
  );

  test("survives messages that are no frames of its own", async () => {
    const line = await exec("head -c 2", "stdin=1").opened();
    line.socket.send(Buffer.alloc(0));
    line.resize("not json");
    line.resize('{"height":-1,"width":1e9}');
    line.socket.send(Buffer.of(9, 9));
    line.input("ok");
    await line.end;
    expect(line.channel(1)).toBe("ok");
  });

  test("brings a large output whole to a reader that takes its time", async () => {
    const line = await exec("seq 1 400000").opened();
    line.socket.pause();
    await platform.request("GET", `/jobs/${job}`);
    line.socket.resume();
    await line.end;
    expect(line.channel(1).length).toBe(2_688_895);
    expect(line.channel(3)).toBe('{"exit_code": 0}');
  });

  test("does not wait for what the command left in the background", async () => {
    const line = exec("sh -c 'sleep 600 & echo left'");
    await line.end;
    expect(line.channel(1)).toBe("left\n");
  });

  test("goes on without its caller", async () => {
    const line = await exec("sh -c 'sleep 0.3; touch alive'").opened();
    line.socket.terminate();
    await expect
      .poll(async () => {
        const look = exec("ls alive");
        await look.end;
        return look.channel(1);
      }, WITHIN)
      .toBe("alive\n");
  });
});

describe("exec is refused", () => {
  test.each([
    ["exec?cmd=&tty=0", 400, "Command is required"],
    ["exec", 400, "Command is required"],
    ["exec?cmd=ls&stdin=0&stdout=0&stderr=0", 400, "Required at least one of stdin, stdout or stderr"],
    ["exec?cmd=ls&tty=1&stdout=1&stderr=1", 400, "Stdout and stderr cannot be multiplexed in tty mode"],
    ["exec?cmd=ls&tty=maybe", 400, '"tty" request parameter can be "true"/"1" or "false"/"0"'],
  ])("before the job is looked up for %s", async (path, status, error) => {
    const { status: seen, error: text } = await platform.open(`job-unknown/${path}`).end;
    expect(seen).toBe(status);
    expect(JSON.parse(text ?? "")).toEqual({ error });
  });

  test.each([
    ["exec?cmd=ls&tty=1&stdout=0&stderr=1", "tty and stderr cannot both be true"],
    ["exec?cmd='ls", "No closing quotation"],
  ])("by the container for %s", async (path, text) => {
    const { status, error } = await platform.open(`${job}/${path}`).end;
    expect(status).toBe(404);
    expect(JSON.parse(error ?? "").error).toMatch(
      new RegExp(`^Exec container '[0-9a-f]{64}' client error: ${text}$`),
    );
  });

  test("for a job that is over", async () => {
    const over = await platform.create("true");
    await platform.reach(over, "succeeded");
    expect(await exec("ls", "", over).end).toEqual({
      status: 404,
      error: JSON.stringify({ error: `Job '${over}' is not running.` }).replace(":", ": "),
    });
  });
});
