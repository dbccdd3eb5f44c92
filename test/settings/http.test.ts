import { describe, expect, test } from "vitest";
import { read, refusal } from "./read.ts";

describe("serving over HTTP", () => {
  test("is off, and without a word more listens on loopback", () => {
    expect(read([]).http).toBeUndefined();
    expect(read(["--http"]).http).toEqual({
      ...{ port: 8811, host: "127.0.0.1", allowedHosts: [], drainSeconds: 20 },
      ...{ trustProxy: false, stateless: false, allowForward: false },
    });
  });

  test("leaves the embedded emulator its own port", () => {
    const { http, emulator } = read(["--http", "--emulator", "--port", "9000", "--host=127.0.0.2"]);
    expect(http).toMatchObject({ port: 9000, host: "127.0.0.2" });
    expect(read(["--http", "--host", "[::1]"]).http).toMatchObject({ host: "::1" });
    expect(emulator).toMatchObject({ port: undefined, host: undefined });
  });

  test("takes paths, and several allowed hosts", () => {
    const flags = [
      "--http",
      "--http-token-file",
      "~/token",
      "--tls-cert=c.pem",
      "--tls-key=k.pem",
      "--key-file=k",
    ];
    const hosts = ["--allowed-host", "mcp.example.org", "--allowed-host=MCP,[::1]"];
    expect(
      read([...flags, ...hosts, "--host=0.0.0.0", "--stateless", "--drain-seconds=0"]).http,
    ).toMatchObject({
      ...{
        tokenFile: "/home/alice/token",
        tlsCert: "/work/c.pem",
        tlsKey: "/work/k.pem",
        keyFile: "/work/k",
      },
      ...{
        allowedHosts: ["mcp.example.org", "mcp", "[::1]"],
        host: "0.0.0.0",
        stateless: true,
        drainSeconds: 0,
      },
    });
  });

  test("is set by variables, which mean nothing without it", () => {
    const env = { APOLO_MCP_HOST: "0.0.0.0", APOLO_MCP_AUTH: "platform", APOLO_MCP_PORT: "1" };
    expect(read([], { ...env, APOLO_MCP_HTTP: "true" }).http).toMatchObject({
      ...{ host: "0.0.0.0", auth: "platform", port: 1 },
    });
    expect(read([], env).http).toBeUndefined();
    expect(read(["emulator"], env).emulator).toMatchObject({ host: undefined, port: undefined });
  });

  test.each([
    [["--host", "0.0.0.0"], "--host 0.0.0.0 lets others call: say who may, by --auth platform"],
    [["--host", "::"], "e.g. apolo-jobs-mcp --http --host :: --auth platform"],
    [["--host", "localhost.example.org"], "say who may"],
    [["--trust-proxy"], "--trust-proxy lets others call"],
    [["--auth", "platform", "--http-token-file", "t"], "keep one"],
    [["--tls-cert", "c.pem"], "add e.g. --tls-key tls.key"],
    [["--tls-key", "k.pem"], "add e.g. --tls-cert tls.crt"],
    [["--tls-key=k", "--tls-cert=c", "--trust-proxy", "--auth=platform"], "keep one"],
  ])("is refused with %j", (flags, text) => {
    expect(refusal(["--http", ...flags])).toContain(text);
  });

  test.each([["--tls-cert=c"], ["--auth=platform"], ["--stateless"], ["--allowed-host=a"]])(
    "is what %s needs",
    (flag) => expect(refusal([flag])).toContain("only together with --http, e.g. apolo-jobs-mcp --http"),
  );

  test("shows an example that is taken", () => {
    const [, example = ""] = refusal(["--http", "--host", "0.0.0.0"]).split("e.g. apolo-jobs-mcp ");
    expect(read(example.split(" ")).http).toMatchObject({ host: "0.0.0.0", auth: "platform" });
  });

  test("warns where tokens would travel unencrypted", () => {
    const others = ["--http", "--host=0.0.0.0", "--auth=platform"];
    expect(read(others).warnings).toEqual([expect.stringContaining("unencrypted")]);
    expect(read([...others, "--trust-proxy"]).warnings).toEqual([]);
    expect(read(["--http", "--host=::1"]).warnings).toEqual([]);
  });
});
