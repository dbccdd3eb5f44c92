import {
  authorizationServer,
  connectPlatform,
  type Platform,
  Seats,
  type ServerOptions,
} from "../../client/index.ts";
import type { Secret } from "./secret.ts";
import { readTokenFile } from "./token-file.ts";

/** WebSockets to the platform: in all, and of one caller. */
const SOCKETS = { total: 1000, each: 64 };
/** HTTP connections of one caller. */
const MOST_CONNECTIONS = 32;

/** Who may call: whoever reaches the address, whoever has the shared secret, or every user of the platform. */
export type Auth =
  | { by: "address"; connect(): Platform }
  | { by: "secret"; secret: Secret; connect(): Platform }
  | {
      by: "platform";
      connect(token: Secret): Platform;
      /** Where users log in; undefined where the platform names no such place. */
      authorizationServer(): Promise<string | undefined>;
    };

export interface AuthOptions {
  /** As in the settings. */
  auth: "platform" | undefined;
  tokenFile: string | undefined;
  /** The platform by the server's own login. */
  own: Platform;
  /** API base of the platform whose users may call. */
  url: string;
  connect?: ServerOptions;
}

/** What the settings say of who may call, and what whoever runs the server should know. @throws {TokenFileError} */
export async function openAuth(options: AuthOptions): Promise<{ auth: Auth; warnings: string[] }> {
  const { auth, tokenFile, own } = options;
  if (auth === "platform") return { auth: byPlatform(options), warnings: [] };
  const connect = () => own;
  if (tokenFile === undefined) return { auth: { by: "address", connect }, warnings: [] };
  const { secret, warnings } = await readTokenFile(tokenFile);
  return { auth: { by: "secret", secret, connect }, warnings };
}

function byPlatform({ url, connect }: AuthOptions): Auth {
  let found: Promise<string | undefined> | undefined;
  const seats = new Seats(SOCKETS);
  const bounded = () => ({ ...connect, seat: seats.forOne(), mostConnections: MOST_CONNECTIONS });
  return {
    by: "platform",
    // Nothing is selected for callers: the server's own cluster, org and project may not be theirs.
    connect: (token) => connectPlatform({ source: "token", url, token: token.reveal() }, bounded()),
    authorizationServer() {
      found ??= authorizationServer(url, connect).catch((error: unknown) => {
        found = undefined;
        throw error;
      });
      return found;
    },
  };
}
