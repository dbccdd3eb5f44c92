import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectPlatform, PlatformError } from "../../../src/client/index.ts";
import { check } from "../../support/check.ts";
import { configOf, JOB_ID, token, wireJob } from "../../support/jobs.ts";
import { rawServer } from "../../support/raw-server.ts";

function whole(value: unknown): string {
  const body = JSON.stringify(value);
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

describe("a redirect, whatever its kind and aim", { tags: "hostility" }, () => {
  const kind = fc.constantFrom(300, 301, 302, 303, 304, 305, 307, 308, 399);
  const aim = fc.constantFrom(
    ...[
      "/elsewhere",
      "?again",
      "",
      "//ELSEWHERE/x",
      "http://ELSEWHERE/x",
      "http:ELSEWHERE",
      "\\\\ELSEWHERE\\x",
    ],
    ...[
      "http://alice:pass@ELSEWHERE/",
      "http://OWN@ELSEWHERE/",
      "http://ELSEWHERE#OWN",
      "http://OWN/x",
      "https://OWN/x",
    ],
    ...[
      "blob:http://OWN/x",
      "javascript:alert(1)",
      "data:,x",
      "ftp://OWN/",
      "http://[",
      "\u0001",
      "x".repeat(5000),
    ],
  );

  test("does not take the token to another origin, nor hang", async () => {
    const away: string[] = [];
    let own = "";
    const elsewhere = await rawServer((socket, request) => {
      away.push(request);
      // And back, which is no reason to trust it either.
      socket.write(`HTTP/1.1 302 Back\r\nLocation: ${own}/api/v1/x\r\nContent-Length: 0\r\n\r\n`);
    });
    let redirect = "";
    own = await rawServer((socket, request) => {
      if (request.startsWith("GET /api/v1/config")) socket.write(whole(configOf(own)));
      else socket.end(redirect);
    });
    const host = (origin: string) => origin.replace("http://", "");
    const platform = connectPlatform(loginAt(own), { retries: 0 });
    onTestFinished(() => platform.close());
    const calls = [
      () => platform.jobs.get(JOB_ID),
      () => platform.jobs.kill(JOB_ID),
      () => platform.jobs.start({ image: "ubuntu" }),
      () => platform.jobs.monitor(JOB_ID).next(),
      () => platform.jobs.exec(JOB_ID, { command: "true" }),
    ];
    const holds = fc.asyncProperty(kind, aim, fc.constantFrom(...calls), async (status, to, call) => {
      const location = to.replace("OWN", host(own)).replace("ELSEWHERE", host(elsewhere));
      redirect = `HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`;
      await expect(call()).rejects.toBeInstanceOf(PlatformError);
    });
    await check(holds, 50);
    expect(away.length).toBeGreaterThan(0);
    expect(away.join("\n")).not.toMatch(/authorization|eyJ/i);
  });

  test.for([300, 305, 399])("is no answer where it names no place: %i", async (status) => {
    const own = await rawServer((socket, request) => {
      const isConfig = request.startsWith("GET /api/v1/config");
      const answer = whole(isConfig ? configOf(own) : wireJob({ id: JOB_ID }));
      socket.write(isConfig ? answer : answer.replace("200 OK", `${status} Odd`));
    });
    const platform = connectPlatform(loginAt(own), { retries: 0 });
    onTestFinished(() => platform.close());
    await expect(platform.jobs.get(JOB_ID)).rejects.toMatchObject({
      code: "protocol_error",
      message: expect.stringContaining(`status ${status}, a redirect that is not followed`),
    });
  });
});

function loginAt(origin: string) {
  const place = { cluster: "default", org: "acme", project: "vision" };
  return { source: "token" as const, url: `${origin}/api/v1`, token: token("alice"), ...place };
}
