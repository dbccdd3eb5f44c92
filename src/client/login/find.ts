import { PlatformError } from "../errors.ts";
import type { Login } from "./login.ts";
import { loginFromPassedConfig } from "./passed-config.ts";

type Environment = Record<string, string | undefined>;

/**
 * The login to use: the passed config, else `APOLO_URL` with `APOLO_TOKEN`; undefined when there is none.
 * @throws {PlatformError} `invalid_argument` when one is there but cannot be used
 */
export async function findLogin(env: Environment, _cwd: string, _home: string): Promise<Login | undefined> {
  const blob = env.APOLO_PASSED_CONFIG || env.NEURO_PASSED_CONFIG;
  if (blob) return loginFromPassedConfig(blob);
  return loginFromToken(env);
}

function loginFromToken({ APOLO_URL: url, APOLO_TOKEN: token }: Environment): Login | undefined {
  if (!url && !token) return undefined;
  if (url && token && URL.canParse(url)) return { source: "token", url, token };
  throw new PlatformError(
    "invalid_argument",
    "APOLO_URL (an http address) and APOLO_TOKEN must be set together.",
  );
}
