import { PlatformError } from "../errors.ts";
import { loginFromDatabase } from "./database.ts";
import { type ConfigDirectory, configDirectory } from "./directory.ts";
import type { Login } from "./login.ts";
import { loginFromPassedConfig } from "./passed-config.ts";
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
  const directory = await configDirectory(env, home);
  if (!directory.hasLogin) return loginFromToken(env);
  try {
    return await loginFrom(directory);
  } catch (error) {
    const login = loginFromToken(env);
    if (login === undefined) throw error;
    return login;
  }
}

async function loginFrom({ path }: ConfigDirectory): Promise<Login> {
  await checkUserFile(path);
  return loginFromDatabase(path);
}

function loginFromToken({ APOLO_URL: url, APOLO_TOKEN: token }: Environment): Login | undefined {
  if (!url && !token) return undefined;
  if (url && token && /^https?:/.test(url) && URL.canParse(url)) return { source: "token", url, token };
  throw new PlatformError(
    "invalid_argument",
    "APOLO_URL (an http address) and APOLO_TOKEN must be set together.",
  );
}
