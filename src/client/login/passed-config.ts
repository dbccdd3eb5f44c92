import { parseJson } from "../../json.ts";
import { PlatformError } from "../errors.ts";
import { wirePassedConfig } from "../wire/config.ts";
import type { Login } from "./login.ts";

/**
 * The login in `APOLO_PASSED_CONFIG`: base64 of JSON. @throws {PlatformError} `invalid_argument`, which never
 * repeats the value: it holds the token. Source: protocol reference 1.5.
 */
export function loginFromPassedConfig(blob: string): Login {
  const found = wirePassedConfig.safeParse(parseJson(Buffer.from(blob, "base64").toString("utf8")));
  if (!found.success) {
    const keys = found.error.issues.map((issue) => issue.path.join(".") || "value").join(", ");
    throw new PlatformError(
      "invalid_argument",
      `The passed config is malformed (${keys}): it must be base64 of JSON with token, cluster and url. Copy it again, or log in with \`apolo login\`.`,
    );
  }
  const { token, cluster, url, org_name, project_name } = found.data;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new PlatformError("invalid_argument", "The passed config's url is not an http(s) address.");
  return {
    source: "passed-config",
    url,
    token,
    cluster,
    org: org_name ?? undefined,
    project: project_name === "" ? undefined : (project_name ?? undefined),
  };
}
