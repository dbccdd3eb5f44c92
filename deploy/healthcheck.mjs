// The image's HEALTHCHECK: asks /healthz of the server that is process 1, by the settings that it was started with.
// Without --http nobody listens, and the process being there is all there is to know.
import { readFileSync } from "node:fs";
import { get } from "node:http";
import { get as getByTls } from "node:https";
import { parseArgs } from "node:util";

const ANSWER_MS = 4000;

const [commandLine = "/proc/1/cmdline"] = process.argv.slice(2);
const words = readFileSync(commandLine, "utf8").split("\0");
const options = {
  http: { type: "boolean" },
  host: { type: "string" },
  port: { type: "string" },
  "tls-cert": { type: "string" },
};
const { values, positionals } = parseArgs({ args: words, options, strict: false, allowPositionals: true });

/** As the server reads it: a flag, else its variable. */
function setting(name) {
  const variable = `APOLO_MCP_${name.toUpperCase().replaceAll("-", "_")}`;
  return String(values[name] ?? process.env[variable] ?? "").trim();
}

const isOn = /^(true|1|yes|on)$/i.test(setting("http"));
if (!isOn || positionals.includes("emulator")) process.exit(0);
const host = setting("host");
const isAnyAddress = ["", "0.0.0.0", "::"].includes(host);
const request = setting("tls-cert") === "" ? get : getByTls;
request(
  {
    host: isAnyAddress ? "127.0.0.1" : host,
    port: setting("port") || "8811",
    path: "/healthz",
    timeout: ANSWER_MS,
    // The certificate is for the server's public name, and this asks the same machine.
    rejectUnauthorized: false,
  },
  ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1),
)
  .on("timeout", () => process.exit(1))
  .on("error", () => process.exit(1));
