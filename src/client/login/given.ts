type Environment = Record<string, string | undefined>;

/** A variable's value without blanks around it; one that is empty or blank counts as not set. */
export function variable(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

const JWT = /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/;
/** What a client was to replace by a value. */
const PLACEHOLDER = /^(\$\{?\w|\$\{\{|<\w|%\w+%$|\{\{)/;
const SCHEME = /^([a-z][a-z0-9+.-]{0,20}):\/\//i;
const EXAMPLE = "give an address such as https://api.apolo.us/api/v1";

/** Why a text is not the platform's address, never repeating it: it may be a token in the wrong place. */
export function addressProblem(text: string): string | undefined {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (JWT.test(text)) return `holds a token; ${EXAMPLE}`;
  if (PLACEHOLDER.test(text)) return `holds a placeholder that nobody replaced; ${EXAMPLE}`;
  if (/\s/.test(text)) return `has a space in it; ${EXAMPLE}`;
  if (scheme === undefined) return `does not begin with https://; ${EXAMPLE}`;
  if (scheme !== "http" && scheme !== "https") return `begins with ${scheme}://; ${EXAMPLE}`;
  if (!URL.canParse(text)) return `is not an address that can be read; ${EXAMPLE}`;
  const { username, password, search, hash } = new URL(text);
  if (username !== "" || password !== "") return `has a user name or a password in it; ${EXAMPLE}`;
  return search === "" && hash === "" ? undefined : `has a ? or # in it; ${EXAMPLE}`;
}

/** Why a text cannot be a token, never repeating it. */
export function tokenProblem(text: string): string | undefined {
  if (/^bearer\s/i.test(text)) return "begins with the word Bearer; give the token alone";
  if (PLACEHOLDER.test(text)) return "holds a placeholder that nobody replaced; give the token itself";
  if (SCHEME.test(text)) return "holds an address; give the token";
  return /^[\x21-\x7e]+$/.test(text)
    ? undefined
    : "has a space, a line break or a letter in it that no token has; copy it again";
}
