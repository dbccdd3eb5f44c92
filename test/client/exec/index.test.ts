import { describe } from "vitest";
import type { WebSocket } from "ws";
import type { Message, ProcessStream } from "../../../src/client/index.ts";
import { expect, JOB_ID, test } from "../../support/platform-stub.ts";

const frame = (channel: number, text = "") => Buffer.concat([Buffer.of(channel), Buffer.from(text)]);
const exit = (code: number) => frame(3, `{"exit_code": ${code}}`);

async function collect({ output }: ProcessStream): Promise<[number, string][]> {
  const parts: [number, string][] = [];
  for await (const { fileno, data } of output) parts.push([fileno, Buffer.from(data).toString()]);
  return parts;
}

const BOTH = { stdout: true, stderr: true };

describe("exec", () => {
  test("gives both streams and the exit code", async ({ stub, platform }) => {
    stub.play("/exec", (socket) => {
      for (const data of [frame(1), frame(1, "out"), frame(2, "err"), exit(3)]) socket.send(data);
      socket.close(1000);
    });

    const running = await platform.jobs.exec(JOB_ID, { command: "sh -c 'a & b'", ...BOTH });

    expect(await collect(running)).toEqual([
      [1, ""],
      [1, "out"],
      [2, "err"],
    ]);
    expect(await running.exit).toBe(3);
    expect(stub.seen).toEqual([
      `GET /default/jobs/${JOB_ID}/exec?cmd=sh+-c+%27a+%26+b%27&tty=0&stdin=0&stdout=1&stderr=1`,
    ]);
  });

  test("knows the exit code before the last output is read", async ({ stub, platform }) => {
    stub.play("/exec", (socket) => {
      socket.send(frame(1, "out"));
      socket.send(exit(0));
    });
    const running = await platform.jobs.exec(JOB_ID, { command: "true", ...BOTH });

    expect(await running.exit).toBe(0);
    expect(await collect(running)).toEqual([[1, "out"]]);
  });

  test("has no exit code when the socket closes without one", async ({ stub, platform }) => {
    stub.play("/exec", (socket) => socket.close(1000));
    const running = await platform.jobs.exec(JOB_ID, { command: "true", ...BOTH });

    expect(await collect(running)).toEqual([]);
    expect(await running.exit).toBeUndefined();
  });

  test.for([
    ["text", (socket: WebSocket) => socket.send("hello")],
    ["empty", (socket: WebSocket) => socket.send(Buffer.alloc(0))],
  ] as const)("fails on a frame that is %s", async ([, send], { stub, platform }) => {
    stub.play("/exec", send);
    const running = await platform.jobs.exec(JOB_ID, { command: "true", ...BOTH });

    await expect(collect(running)).rejects.toMatchObject({ code: "protocol_error" });
    await expect(running.exit).rejects.toMatchObject({ code: "protocol_error" });
  });

  test("fails when the connection is lost", async ({ stub, platform }) => {
    stub.play("/exec", (socket) => socket.send(frame(1, "x"), () => socket.terminate()));
    const running = await platform.jobs.exec(JOB_ID, { command: "true", ...BOTH });

    await expect(collect(running)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("sends input and the terminal's size on their channels", async ({ stub, platform }) => {
    const received: string[] = [];
    stub.play("/exec", (socket) => {
      socket.on("message", (data: Buffer) => {
        received.push(data.toString());
        if (received.length === 2) socket.send(exit(0));
      });
    });
    const running = await platform.jobs.exec(JOB_ID, {
      command: "bash",
      tty: true,
      stdin: true,
      stdout: true,
    });

    await running.writeIn(Buffer.from("ls\n"));
    await running.writeIn(new Uint8Array());
    await running.resize({ height: 24, width: 80 });
    await running.exit;

    expect(received).toEqual(["\0ls\n", '\x04{"height":24,"width":80}']);
  });

  test.for([404, 403, 400])("tells why it was refused with %d", async (status, { stub, platform }) => {
    const error = status === 403 ? '{"missing":[{"uri":"job://x","action":"write"}]}' : '{"error":"naïve"}';
    stub.refuse = () =>
      `HTTP/1.1 ${status} No\r\nX-Error: ${Buffer.from(error).toString("latin1")}\r\nContent-Length: 0\r\n\r\n`;
    const kinds: Record<number, object> = {
      404: { code: "not_running" },
      403: { code: "not_permitted", missing: [{ uri: "job://x", action: "write" }] },
      400: { code: "invalid_request" },
    };

    await expect(platform.jobs.exec(JOB_ID, { command: "true", ...BOTH })).rejects.toMatchObject(
      kinds[status] ?? {},
    );
  });

  test("refuses an id that is no path segment before sending", async ({ stub, platform }) => {
    for (const id of ["", "a/b", "a\nb", "..", "a\\b"])
      await expect(platform.jobs.exec(id, { command: "true", ...BOTH })).rejects.toMatchObject({
        code: "invalid_argument",
      });
    expect(stub.seen).toEqual([]);
  });

  test("disconnect ends the output and leaves the process alone", async ({ stub, platform }) => {
    const received: Buffer[] = [];
    stub.play("/exec", (socket) => {
      socket.on("message", (data: Buffer) => received.push(data));
      socket.send(frame(1, "x"));
    });
    const running = await platform.jobs.exec(JOB_ID, { command: "sleep 1000", ...BOTH });
    const messages: Message[] = [];
    for await (const message of running.output) {
      messages.push(message);
      running.disconnect();
    }

    expect([messages.length, received.length]).toEqual([1, 0]);
    expect(await running.exit).toBeUndefined();
    expect(stub.seen.some((line) => line.startsWith("DELETE"))).toBe(false);
  });
});

describe("attach", () => {
  test("asks for the channel protocol and gives the streams", async ({ stub, platform }) => {
    let protocol: string | undefined;
    stub.play("/attach", (socket, { headers }) => {
      protocol = headers["sec-websocket-protocol"];
      socket.send(frame(2, "err"));
      socket.send(exit(0));
    });

    const running = await platform.jobs.attach(JOB_ID, {
      stdout: true,
      stderr: true,
      where: { cluster: "west" },
    });

    expect(await collect(running)).toEqual([[2, "err"]]);
    expect(protocol).toBe("v2.channels.neu.ro");
    expect(stub.seen).toEqual([`GET /west/jobs/${JOB_ID}/attach?tty=0&stdin=0&stdout=1&stderr=1`]);
  });
});
