import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A TCP server that hands every connection with its first request text to `act`; gives its origin. */
export async function rawServer(act: (socket: Socket, request: string) => unknown): Promise<string> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => open.delete(socket));
    socket.on("data", (data: Buffer) => void act(socket, data.toString("latin1")));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  // A listening TCP server has an address with a port.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An origin that nothing listens at: a connection keeps its port from others until the test ends. */
export async function deadOrigin(): Promise<string> {
  const server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const holder = connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(holder, "connect");
  onTestFinished(async () => {
    holder.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${holder.localPort}`;
}
