/**
 * How much a name says about its value: under a `sure` name any value is a secret, under a `maybe` name only
 * one that looks like a token, since the word has other uses (`token: the`, `pass: 12`).
 */
export type Secrecy = "sure" | "maybe" | "no";

export const wordSet = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** Says nothing about the value: `API_KEY_2`, `password_value`, `client-key-data`. */
const NEUTRAL_ENDS = wordSet(
  "value val data b64 base64 string str plain plaintext raw base old new prod production dev staging test env current default primary secondary main live confirm confirmation",
);
const PASSWORDS = wordSet("password passwd passphrase passcode passwort pwd mnemonic");
/** What makes a `key` a secret. */
const KEY_KINDS = wordSet(
  "api secret private access account auth encryption decryption master signing signature license service storage shared app application write read admin root jwt hmac aes webhook subscription client session user personal registry deploy deployment management ingest project server unseal recovery rest functions function host symmetric sas ssh bot team org workspace openai anthropic claude hf huggingface hub wandb stripe google gcp gemini azure aws github gitlab cohere groq mistral comet neptune clearml sendgrid twilio datadog dd newrelic sentry pinecone replicate together fireworks deepseek openrouter perplexity langchain langsmith langfuse serper tavily elevenlabs assemblyai deepgram nvidia ngc kaggle roboflow mailgun algolia mapbox vault consul nomad supabase firebase cloudflare digitalocean heroku linode tailscale",
);
/** Keys that are no secret, even as an environment variable. */
const HARMLESS_KEYS = wordSet(
  "public pub gpg pgp primary foreign sort partition cache group object row routing idempotency map hot index unique lookup dict config message order translation host known s3 bucket file image label metric state sharding shard hash id name column field merge join turn arrow enter shift press any next previous",
);
/** Tokens of language models, of paging and of lexers. */
const HARMLESS_TOKENS = wordSet(
  "pad padding eos bos unk sep cls mask masked special max min num n per next last first second previous prev input output prompt completion total new image stop end start decoder encoder continuation page each every time mean avg average sampled sample generated cached reasoning vocab begin fim prefix suffix middle video audio text draft single current unexpected invalid illegal expected bad no seconds ms sec target source special forced added extra word sub byte char newline space unknown think tool eot eom im",
);
const SECRET_TOKENS = wordSet(
  "access refresh auth api bearer id session csrf xsrf hf hub huggingface github gh gitlab gl slack bot npm pypi registry docker wandb personal private security vault service account deploy job ci app oauth jwt secret root admin login push webhook sas identity device verification reset apolo neuro platform passed user client dev read write team telegram discord notion linear kaggle replicate openai anthropic aws azure gcp google cloudflare digitalocean do heroku fly vercel netlify sonar snyk codecov sentry comet neptune clearml dagshub mlflow databricks prefect dagster modal runpod ngc nvidia kube kubernetes k8s consul nomad terraform tf atlas influx influxdb grafana datadog airtable hubspot mapbox travis circle circleci buildkite jenkins sync pull clone repo git",
);
const SECRET_SECRETS = wordSet(
  "client app application api shared jwt consumer webhook oauth oauth2 access cookie session signing aws db auth hmac encryption master user totp otp bot slack google azure github hf nextauth rails my super the token",
);
const HARMLESS_SECRETS = wordSet("k8s kube kubernetes image pull tls ref mount volume from top no existing");
const HARMLESS_PASSES = wordSet(
  "forward backward first second third fourth single multi one two three next final last opt optimization compiler render by per pre each all full test tests build lint train training eval validation bypass",
);
const COMPOUND =
  /(?:password|passwd|passphrase|apikey|secretkey|accesskey|privatekey|authkey|signingkey|encryptionkey|accountkey|authtoken|accesstoken|apitoken|sessiontoken|refreshtoken|identitytoken|registrytoken|bearertoken|idtoken|clientsecret|appsecret|jwtsecret|apisecret)$/;
const SESSIONS = wordSet("sessionid phpsessid jsessionid sessid authorizationtoken");

/** What a name says about its value. `AWS_SECRET_ACCESS_KEY` sure, `token` maybe, `max_tokens`, `monkey` no. */
export function secrecyOf(name: string): Secrecy {
  const words = wordsOf(name);
  const last = words.at(-1);
  if (last === undefined) return "no";
  const before = words.at(-2);
  if (/(?:^|\.)connect\.sid$/i.test(name)) return "maybe";
  const loud = /^[A-Z][A-Z0-9_]*$/.test(name);
  if (PASSWORDS.has(last) || COMPOUND.test(last) || isPhraseName(name)) return "sure";
  if (last === "config") return before === "passed" ? "sure" : "no";
  return byLastWord(last, before, loud);
}

/** Whether its values are several words: a passphrase, the words of a wallet. */
export function isPhraseName(name: string): boolean {
  const [before, last] = wordsOf(name).slice(-2);
  const word = last ?? before;
  return word === "passphrase" || word === "mnemonic" || (word === "phrase" && PHRASES.has(before ?? ""));
}

/** Whether its values are what a person types: a word, a phrase or a number. */
export function isPasswordName(name: string): boolean {
  return PASSWORDS.has(wordsOf(name).at(-1) ?? "") || isPhraseName(name);
}

const PHRASES = wordSet("pass seed recovery secret backup wallet mnemonic");

const DATABASE_WORDS = wordSet(
  "db user smtp mysql pg postgres admin sudo login redis mail ftp ssh root http proxy",
);
/** Words that make a secret of these last words, and words that make them something else. */
const KINDS = new Map([
  ["key", { secret: KEY_KINDS, harmless: HARMLESS_KEYS }],
  ["token", { secret: SECRET_TOKENS, harmless: HARMLESS_TOKENS }],
  ["secret", { secret: SECRET_SECRETS, harmless: HARMLESS_SECRETS }],
  ["pass", { secret: DATABASE_WORDS, harmless: HARMLESS_PASSES }],
]);

function byLastWord(last: string, before: string | undefined, loud: boolean): Secrecy {
  const kind = KINDS.get(last);
  if (kind === undefined) return compound(last, loud);
  const otherwise = last === "key" ? (loud ? "maybe" : "no") : bare(loud);
  if (before === undefined) return last === "pass" ? "maybe" : otherwise;
  if (kind.secret.has(before)) return "sure";
  return kind.harmless.has(before) ? "no" : otherwise;
}

const WEAK = wordSet("auth credential credentials creds jwt bearer pat pw otp cookie apitokens sastoken dsn");

function compound(last: string, loud: boolean): Secrecy {
  if (WEAK.has(last) || SESSIONS.has(last)) return "maybe";
  if (/(?:^ssh|db|user|smtp|mysql)pass$|(?<!old)pwd$/.test(last)) return bare(loud || last.length > 4);
  return /.(?:token|secret)$/.test(last) ? "maybe" : "no";
}

function bare(loud: boolean): Secrecy {
  return loud ? "sure" : "maybe";
}

/** The words of a name, lower case, without numbers and neutral words at its end. */
function wordsOf(name: string): string[] {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/(?<=[a-z]{3})\d+$/, ""))
    .filter((word) => word !== "");
  while (words.length > 1 && isNeutral(words.at(-1) ?? "")) words.pop();
  return words;
}

function isNeutral(word: string): boolean {
  return NEUTRAL_ENDS.has(word) || /^\d+$/.test(word);
}
