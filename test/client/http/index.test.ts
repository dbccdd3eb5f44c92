import { HttpResponse, http } from "msw";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type ConnectOptions, connectPlatform, Limit, type Login } from "../../../src/client/index.ts";
import { SOON_MS, WITHIN } from "../../support/busy.ts";
import { configOf, JOB_ID, token, wireJob } from "../../support/jobs.ts";
import { API, mockPlatform } from "../../support/msw.ts";

const server = mockPlatform();

function connect(options: ConnectOptions = {}, more: Partial<Login> = {}) {
  server.use(http.get(`${API}/config`, () => HttpResponse.json(configOf("https://monitoring.test"))));
  const login: Login = { source: "token", url: server.url, token: token("alice"), ...more };
  // No request is given up, and sent again, because the machine is busy.
  const platform = connectPlatform(login, { attemptMs: WITHIN.timeout, ...options });
  onTestFinished(() => platform.close());
  return platform;
}

const once = { once: true };

describe("a safe call", { tags: "outages" }, () => {
  test.each([502, 503, 504, 429])("is sent again after %d", async (status) => {
    const { jobs } = connect();
    server.use(
      http.get(
        `${API}/jobs/${JOB_ID}`,
        () => HttpResponse.text("busy", { status, headers: { "Retry-After": "0" } }),
        once,
      ),
      http.get(`${API}/jobs/${JOB_ID}`, () => HttpResponse.json(wireJob())),
    );

    expect((await jobs.get(JOB_ID)).id).toBe(JOB_ID);
  });

  test("is sent again after a lost connection", async () => {
    const { jobs } = connect();
    server.use(
      http.get(`${API}/jobs/${JOB_ID}`, () => HttpResponse.error(), once),
      http.get(`${API}/jobs/${JOB_ID}`, () => HttpResponse.json(wireJob())),
    );

    expect((await jobs.get(JOB_ID)).id).toBe(JOB_ID);
  });

  test("is given up after the number of retries", async () => {
    const { jobs } = connect({ retries: 2 });
    const answer = vi.fn(() => HttpResponse.text("down", { status: 503, headers: { "Retry-After": "0" } }));
    server.use(http.get(`${API}/jobs/${JOB_ID}`, answer));

    await expect(jobs.get(JOB_ID)).rejects.toMatchObject({
      code: "unavailable",
      serverText: "down",
      retryable: true,
    });
    expect(answer).toHaveBeenCalledTimes(3);
  });

  test("does not wait longer than its time limit allows", async () => {
    const { jobs } = connect();
    const answer = vi.fn(() =>
      HttpResponse.text("slow down", { status: 429, headers: { "Retry-After": "20" } }),
    );
    server.use(http.get(`${API}/jobs/${JOB_ID}`, answer));

    await expect(jobs.get(JOB_ID, { timeoutMs: SOON_MS })).rejects.toMatchObject({
      code: "rate_limited",
      retryAfterMs: 20_000,
    });
    expect(answer).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["half a minute", "31", undefined],
    ["what its signal is known to leave", "20", SOON_MS],
  ])("does not wait longer than %s", async (_limit, seconds, ms) => {
    const { jobs } = connect();
    const headers = { "Retry-After": seconds };
    const answer = vi.fn(() => HttpResponse.text("slow down", { status: 503, headers }));
    server.use(http.get(`${API}/jobs/${JOB_ID}`, answer));
    const outer = new Limit([], { expectedMs: ms });
    const { signal } = new Limit(outer.signal, { expectedMs: 60_000 });

    await expect(jobs.get(JOB_ID, { signal })).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining(`asks to wait ${seconds} s`),
    });
    expect(answer).toHaveBeenCalledTimes(1);
  });

  test.each([400, 403, 404, 409, 500])("is not sent again after %d", async (status) => {
    const { jobs } = connect();
    const answer = vi.fn(() => HttpResponse.json({ error: "no" }, { status }));
    server.use(http.get(`${API}/jobs/${JOB_ID}`, answer));

    await expect(jobs.get(JOB_ID)).rejects.toMatchObject({ serverText: "no", request: { status } });
    expect(answer).toHaveBeenCalledTimes(1);
  });
});

describe("a start", { tags: "starts" }, () => {
  test.each([502, 503, 504, 429, 500])("is sent once, whatever %d means", async (status) => {
    const { jobs } = connect();
    const answer = vi.fn(() => HttpResponse.text("gone", { status, headers: { "Retry-After": "0" } }));
    server.use(http.post(`${API}/jobs`, answer));

    await expect(jobs.start({ image: "ubuntu" })).rejects.toMatchObject({ serverText: "gone" });
    expect(answer).toHaveBeenCalledTimes(1);
  });
});

describe("a redirect", { tags: "secrets" }, () => {
  test("within the origin keeps the token", async () => {
    const { jobs } = connect();
    const seen: (string | null)[] = [];
    server.use(
      http.get(`${API}/jobs/${JOB_ID}`, () => HttpResponse.redirect(`${API}/moved`, 302)),
      http.get(`${API}/moved`, ({ request }) => {
        seen.push(request.headers.get("authorization"));
        return HttpResponse.json(wireJob());
      }),
    );

    await jobs.get(JOB_ID);

    expect(seen).toEqual([`Bearer ${token("alice")}`]);
  });

  test("to another origin does not take the token along", async () => {
    const { jobs } = connect();
    const seen: (string | null)[] = [];
    server.use(
      http.get(`${API}/jobs/${JOB_ID}`, () => HttpResponse.redirect("https://elsewhere.test/job", 307)),
      http.get("https://elsewhere.test/job", ({ request }) => {
        seen.push(request.headers.get("authorization"));
        return HttpResponse.json(wireJob());
      }),
    );

    await jobs.get(JOB_ID);

    expect(seen).toEqual([null]);
  });

  test("without end, or of a start, is refused", async () => {
    const { jobs } = connect();
    server.use(
      http.get(`${API}/jobs/${JOB_ID}`, () => HttpResponse.redirect(`${API}/jobs/${JOB_ID}`, 302)),
      http.post(`${API}/jobs`, () => HttpResponse.redirect(`${API}/elsewhere`, 307)),
    );

    await expect(jobs.get(JOB_ID)).rejects.toMatchObject({ code: "protocol_error" });
    await expect(jobs.start({ image: "ubuntu" })).rejects.toMatchObject({ code: "protocol_error" });
  });
});

describe("a time to wait", () => {
  test.each(["9".repeat(400), "99999999", "Fri, 31 Dec 9999 23:59:59 GMT", "soon"])(
    "is not passed on where nobody would wait so long: %j",
    async (value) => {
      const { jobs } = connect({ retries: 0 });
      const headers = { "Retry-After": value };
      server.use(http.get(`${API}/jobs/${JOB_ID}`, () => HttpResponse.text("no", { status: 503, headers })));
      const error = await jobs.get(JOB_ID).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "unavailable", retryAfterMs: undefined });
      expect(String(error)).not.toMatch(/wait|Infinity/);
    },
  );
});

describe("an error", () => {
  test("carries method, address without query, status and the server's text, never the token", async () => {
    const { jobs } = connect({ retries: 0 });
    const secret = token("alice");
    server.use(http.get(`${API}/jobs`, () => HttpResponse.json({ error: "bad status" }, { status: 400 })));
    const listing = (async () => {
      for await (const _ of jobs.list({ name: "secret-name" })) expect.unreachable();
    })();

    const error = await listing.catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      code: "invalid_request",
      serverText: "bad status",
      request: { method: "GET", url: `${server.url}/jobs`, status: 400 },
    });
    expect(JSON.stringify(error) + String(error)).not.toContain(secret);
    expect(JSON.stringify(error) + String(error)).not.toContain("secret-name");
  });

  test("bounds what the server said", async () => {
    const { jobs } = connect({ retries: 0 });
    server.use(
      http.get(`${API}/jobs/${JOB_ID}`, () => HttpResponse.text("x ".repeat(50_000), { status: 500 })),
    );

    const error = (await jobs.get(JOB_ID).catch((thrown: unknown) => thrown)) as Error & {
      serverText: string;
    };

    expect(error.message.length).toBeLessThan(1000);
    expect(error.serverText.length).toBe(4000);
  });

  test("says which right is missing on what", async () => {
    const { jobs } = connect();
    const missing = [{ uri: "job://default/acme/vision", action: "write" }];
    server.use(http.post(`${API}/jobs`, () => HttpResponse.json({ missing }, { status: 403 })));

    await expect(jobs.start({ image: "ubuntu" })).rejects.toMatchObject({
      code: "not_permitted",
      missing,
      message: expect.stringContaining("write on job://default/acme/vision"),
    });
  });

  test("says that an answer is no JSON, or no job", async () => {
    const { jobs } = connect({ retries: 0 });
    server.use(http.get(`${API}/jobs/${JOB_ID}`, () => HttpResponse.text("<html>login</html>"), once));
    await expect(jobs.get(JOB_ID)).rejects.toMatchObject({ code: "protocol_error" });

    server.use(http.get(`${API}/jobs/${JOB_ID}`, () => HttpResponse.json({ id: 1 })));
    await expect(jobs.get(JOB_ID)).rejects.toMatchObject({
      code: "protocol_error",
      message: expect.stringContaining("owner"),
    });
  });
});

describe("every request", () => {
  test("names the user agent and, but for the configuration, a trace", async () => {
    const { jobs } = connect({ userAgent: "apolo-jobs-mcp/1.2.3" });
    const seen = new Map<string, Headers>();
    const record = ({ request: { url, headers } }: { request: Request }) => {
      seen.set(new URL(url).pathname, headers);
    };
    server.use(
      http.get(`${API}/jobs/${JOB_ID}`, (info) => {
        record(info);
        return HttpResponse.json(wireJob());
      }),
      http.get(`${API}/config`, (info) => {
        record(info);
        return HttpResponse.json(configOf("https://monitoring.test"));
      }),
    );

    await jobs.get(JOB_ID);

    const config = seen.get("/api/v1/config");
    const job = seen.get(`/api/v1/jobs/${JOB_ID}`);
    expect([config?.get("user-agent"), job?.get("user-agent")]).toEqual(
      Array(2).fill("apolo-jobs-mcp/1.2.3"),
    );
    expect([config?.get("b3"), config?.get("sentry-trace")]).toEqual([null, null]);
    expect(job?.get("b3")).toMatch(/^[0-9a-f]{32}-[0-9a-f]{16}$/);
    expect(job?.get("sentry-trace")).toBe(`${job?.get("b3")}-`);
  });
});
