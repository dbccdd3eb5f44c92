import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

// A platform that costs next to nothing: one job's text, sent as often as `limit` says.
const { job, config } = JSON.parse(process.env.BENCH_DATA ?? "{}") as { job: string; config: string };
const line = Buffer.from(`${job}\n`);
const BLOCK = 500;
const block = Buffer.concat(Array.from({ length: BLOCK }, () => line));

const server = createServer(({ url = "" }, response) => {
  const limit = Number(new URL(url, "http://localhost").searchParams.get("limit") ?? 0);
  if (url.endsWith("/config")) {
    response.setHeader("content-type", "application/json");
    response.end(config.replaceAll("http://127.0.0.1:PORT", `http://127.0.0.1:${port()}`));
  } else if (limit > 0) {
    response.setHeader("content-type", "application/x-ndjson");
    send(response, limit);
  } else {
    response.setHeader("content-type", "application/json");
    response.end(job);
  }
});

function send(response: ServerResponse, left: number): void {
  let rest = left;
  while (rest > 0) {
    const size = Math.min(rest, BLOCK);
    rest -= size;
    if (!response.write(size === BLOCK ? block : block.subarray(0, size * line.length)) && rest > 0) {
      response.once("drain", () => send(response, rest));
      return;
    }
  }
  response.end();
}

function port(): number {
  // A listening TCP server has an address with a port.
  return (server.address() as AddressInfo).port;
}

server.listen(0, "127.0.0.1", () => process.send?.(port()));

// Whoever asked for it may have been killed.
process.once("disconnect", () => process.exit());
