import { parseJson } from "../../json.ts";
import { invalidArgument } from "../errors.ts";
import { wirePassedConfig } from "../wire/config.ts";
import { configDirectory, loginFromDatabase } from "./database.ts";
import type { Login } from "./login.ts";
import { checkUserFile, localSelection } from "./user-config.ts";

type Environment = Record<string, string | undefined>;

/**
 * The login to use: the passed config (`APOLO_PASSED_CONFIG`, else its old name), else that of `apolo login`,
 * else `APOLO_URL` with `APOLO_TOKEN`; undefined when there is none. The nearest `.apolo.toml` above `cwd`
 * overrides the saved selection.
 * @throws {PlatformError} `invalid_argument` when one is there but cannot be used, and no later one helps
 */
export async function findLogin(env: Environment, cwd: string, home: string): Promise<Login | undefined> {
  const login = await savedLogin(env, home);
  if (login === undefined) return undefined;
  const { cluster, org, project } = await localSelection(cwd);
  return {
    ...login,
    cluster: cluster ?? login.cluster,
    org: org ?? login.org,
    // A project belongs to its org: another org's selection does not carry over.
    project: project ?? (org === undefined || org === login.org ? login.project : undefined),
  };
}

async function savedLogin(env: Environment, home: string): Promise<Login | undefined> {
  const blob = env.APOLO_PASSED_CONFIG || env.NEURO_PASSED_CONFIG;
  if (blob) return loginFromPassedConfig(blob);
  const directory = configDirectory(env, home);
  if (!directory.hasLogin) return loginFromToken(env);
  try {
    await checkUserFile(directory.path);
    return await loginFromDatabase(directory.path);
  } catch (error) {
    const login = loginFromToken(env);
    if (login === undefined) throw error;
    return login;
  }
}

function loginFromToken({ APOLO_URL: url, APOLO_TOKEN: token }: Environment): Login | undefined {
  if (!url && !token) return undefined;
  if (url && token && /^https?:/.test(url) && URL.canParse(url)) return { source: "token", url, token };
  throw invalidArgument("APOLO_URL (an http address) and APOLO_TOKEN must be set together.");
}

/**
 * The login in `APOLO_PASSED_CONFIG`: base64 of JSON. @throws {PlatformError} `invalid_argument`, which never
 * repeats the value: it holds the token. Source: protocol reference 1.5.
 */
export function loginFromPassedConfig(blob: string): Login {
  const found = wirePassedConfig.safeParse(parseJson(Buffer.from(blob, "base64").toString("utf8")));
  if (!found.success) {
    const keys = found.error.issues.map((issue) => issue.path.join(".") || "value").join(", ");
    throw invalidArgument(
      `The passed config is malformed (${keys}): it must be base64 of JSON with token, cluster and url. Copy it again, or log in with \`apolo login\`.`,
    );
  }
  const { token, cluster, url, org_name, project_name } = found.data;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw invalidArgument("The passed config's url is not an http(s) address.");
  return {
    source: "passed-config",
    url,
    token,
    cluster,
    org: org_name ?? undefined,
    project: project_name === "" ? undefined : (project_name ?? undefined),
  };
}
