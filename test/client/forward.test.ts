import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, vi } from "vitest";
import { expect, JOB_ID, type PlatformStub, test } from "../support/platform-stub.ts";

/** The job's end: answers every piece with itself in capitals. */
function shout(stub: PlatformStub): void {
  stub.play("/port_forward/8080", (socket) => {
    socket.on("message", (data: Buffer) => socket.send(Buffer.from(data.toString().toUpperCase())));
  });
}

async function ask(port: number, text: string): Promise<string> {
  const socket: Socket = connect(port, "127.0.0.1");
  socket.write(text);
  const [answer] = await once(socket, "data");
  socket.end();
  return String(answer);
}

describe("portForward", () => {
  test("carries bytes of several connections, one socket each", async ({ stub, platform }) => {
    shout(stub);
    const forward = await platform.jobs.portForward(JOB_ID, { port: 8080 });

    const answers = await Promise.all(["a", "b", "ц"].map((text) => ask(forward.localPort, text)));
    await forward.close();

    expect(answers).toEqual(["A", "B", "Ц"]);
    expect(stub.seen).toEqual(Array(3).fill(`GET /default/jobs/${JOB_ID}/port_forward/8080`));
  });

  test("ends the local connection when the job's end closes", async ({ stub, platform }) => {
    stub.play("/port_forward/8080", (socket) => socket.send(Buffer.from("bye"), () => socket.close(1000)));
    const forward = await platform.jobs.portForward(JOB_ID, { port: 8080 });
    const local = connect(forward.localPort, "127.0.0.1").setEncoding("utf8");
    let text = "";
    for await (const chunk of local) text += chunk;
    await forward.close();

    expect(text).toBe("bye");
  });

  test("ends the job's end when the local connection closes", async ({ stub, platform }) => {
    const closed = new Promise((resolve) => {
      stub.play("/port_forward/8080", (socket) => socket.once("close", resolve));
    });
    const forward = await platform.jobs.portForward(JOB_ID, { port: 8080, quietMs: 50 });
    connect(forward.localPort, "127.0.0.1").end("x");

    await closed;
    await forward.close();
  });

  test("keeps the answer for a client that has ended its writing", async ({ stub, platform }) => {
    let heard = "";
    stub.play("/port_forward/8080", (socket) => {
      const answer = async () => {
        // It comes after the client's end of writing has been seen here.
        await ended;
        for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        socket.send(Buffer.from("part one, "), () =>
          socket.send(Buffer.from("part two"), () => socket.close(1000)),
        );
      };
      socket.on("message", (data: Buffer) => {
        heard += data.toString();
        if (heard === "question") void answer();
      });
    });
    const forward = await platform.jobs.portForward(JOB_ID, { port: 8080 });
    const local = connect({ port: forward.localPort, host: "127.0.0.1", allowHalfOpen: true });
    const ended = once(local, "finish");
    local.end("question");
    let answer = "";
    for await (const chunk of local.setEncoding("utf8")) answer += chunk;
    await forward.close();

    expect(answer).toBe("part one, part two");
  });

  test("reports a connection that fails and goes on listening", async ({ stub, platform }) => {
    const onError = vi.fn();
    stub.refuse = () =>
      'HTTP/1.1 400 No\r\nX-Error: {"msg":"Cannot connect to port 8080","error":"refused"}\r\nContent-Length: 0\r\n\r\n';
    const forward = await platform.jobs.portForward(JOB_ID, { port: 8080, onError });

    await once(connect(forward.localPort, "127.0.0.1").resume(), "close");
    stub.refuse = () => undefined;
    shout(stub);
    const answer = await ask(forward.localPort, "again");
    await forward.close();

    expect(answer).toBe("AGAIN");
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        code: "invalid_request",
        serverText: "Cannot connect to port 8080: refused",
      }),
    );
  });

  test("says that the local port is taken", async ({ platform }) => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port: localPort } = taken.address() as AddressInfo;

    await expect(platform.jobs.portForward(JOB_ID, { port: 80, localPort })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(String(localPort)),
    });
    taken.close();
  });

  test("ends with the caller's signal", async ({ stub, platform }) => {
    const opened = new Promise((resolve) => stub.play("/port_forward/8080", resolve));
    const controller = new AbortController();
    const { localPort } = await platform.jobs.portForward(
      JOB_ID,
      { port: 8080 },
      { signal: controller.signal },
    );
    const local = connect(localPort, "127.0.0.1");
    // A connection that the forward has not taken yet would be reset.
    await opened;
    controller.abort();
    await once(local.resume(), "close");

    const [error] = await once(connect(localPort, "127.0.0.1"), "error");
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
  });
});
