/** Where the login came from. */
export type LoginSource = "emulator" | "passed-config" | "login" | "token";

/** Who talks to which platform, and what was selected there. */
export interface Login {
  source: LoginSource;
  /** API base, e.g. `https://api.apolo.us/api/v1`. */
  url: string;
  token: string;
  /** Absent where the login cannot be refreshed. */
  refreshToken?: string | undefined;
  /** Unix milliseconds from which the token is to be refreshed; absent = when the platform says 401. */
  expiresAtMs?: number | undefined;
  tokenUrl?: string | undefined;
  clientId?: string | undefined;
  cluster?: string | undefined;
  org?: string | undefined;
  project?: string | undefined;
  /** Reads the login again, e.g. because the CLI has logged in since. */
  reload?(): Promise<Login>;
}
