import { parseJson } from "../../json.ts";
import { invalidArgument, PlatformError } from "../errors.ts";
import { wirePassedConfig } from "../wire/config.ts";
import { configDirectory, loginFromDatabase } from "./database.ts";
import { addressProblem, tokenProblem, variable } from "./given.ts";
import type { Login } from "./login.ts";
import { checkUserFile, localSelection } from "./user-config.ts";

type Environment = Record<string, string | undefined>;

/**
 * The login to use: the passed config (`APOLO_PASSED_CONFIG`, else its old name), else that of `apolo login`,
 * else `APOLO_URL` with `APOLO_TOKEN`; undefined when there is none. The nearest `.apolo.toml` above `cwd`
 * overrides the saved selection.
 * @throws {PlatformError} `invalid_argument` when one is there but cannot be used, and no later one helps;
 * `no_login` when `APOLO_CONFIG` names a folder without one
 */
export async function findLogin(
  env: Record<string, string | undefined>,
  cwd: string,
  home: string,
): Promise<Login | undefined> {
  const login = await savedLogin(env, cwd, home);
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

async function savedLogin(env: Environment, cwd: string, home: string): Promise<Login | undefined> {
  for (const name of ["APOLO_PASSED_CONFIG", "NEURO_PASSED_CONFIG"]) {
    const blob = variable(env, name);
    if (blob !== undefined) return loginFromPassedConfig(blob, name);
  }
  const directory = configDirectory(env, cwd, home);
  if (!directory.hasLogin) return loginFromToken(env) ?? noneIn(directory, env);
  try {
    await checkUserFile(directory.path);
    return await loginFromDatabase(directory.path);
  } catch (error) {
    const login = loginFromToken(env);
    if (login === undefined) throw error;
    return login;
  }
}

/** A folder that was named and holds no login is a mistake. */
function noneIn({ path }: { path: string }, env: Environment): undefined {
  if (variable(env, "APOLO_CONFIG") === undefined) return undefined;
  throw new PlatformError(
    "no_login",
    `There is no login in ${path}, the folder that APOLO_CONFIG names: it holds no file \`db\`. Correct the ` +
      "variable, or run `apolo login` with it.",
  );
}

function loginFromToken(env: Environment): Login | undefined {
  const url = variable(env, "APOLO_URL");
  const token = variable(env, "APOLO_TOKEN");
  if (url === undefined && token === undefined) return undefined;
  if (url === undefined)
    throw invalidArgument("APOLO_TOKEN is set without APOLO_URL, the address of the platform: set both.");
  const problem = addressProblem(url);
  if (problem !== undefined) throw invalidArgument(`APOLO_URL ${problem}.`);
  if (token === undefined)
    throw invalidArgument("APOLO_URL is set without APOLO_TOKEN, the token to log in with: set both.");
  const wrong = tokenProblem(token);
  if (wrong !== undefined) throw invalidArgument(`APOLO_TOKEN ${wrong}.`);
  return { source: "token", from: "APOLO_TOKEN", url, token };
}

/**
 * The login in `APOLO_PASSED_CONFIG`: base64 of JSON. @throws {PlatformError} `invalid_argument`, which never
 * repeats the value: it holds the token. Source: protocol reference 1.5.
 */
export function loginFromPassedConfig(blob: string, carrier = "APOLO_PASSED_CONFIG"): Login {
  const refused = (why: string) =>
    invalidArgument(`The passed config in ${carrier} ${why}. Copy it again, or log in with \`apolo login\`.`);
  const json = parseJson(Buffer.from(blob, "base64").toString("utf8"));
  if (json === undefined) throw refused("is not base64 of JSON");
  const found = wirePassedConfig.safeParse(json);
  if (!found.success) {
    const keys = found.error.issues.map(({ path }) => path.join(".")).filter((key) => key !== "");
    throw refused(`lacks, or has in a wrong form: ${keys.join(", ") || "token, cluster and url"}`);
  }
  const { token, cluster, url, org_name, project_name } = found.data;
  const problem = addressProblem(url);
  if (problem !== undefined) throw refused(`has a url that ${problem}`);
  const wrong = tokenProblem(token);
  if (wrong !== undefined) throw refused(`has a token that ${wrong}`);
  return {
    source: "passed-config",
    from: carrier,
    url,
    token,
    cluster,
    org: org_name ?? undefined,
    project: project_name === "" ? undefined : (project_name ?? undefined),
  };
}
