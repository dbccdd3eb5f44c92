import { looksLikeToken } from "./secret-values.ts";
import { joined, type Span, spansAt } from "./spans.ts";
import { startSearch } from "./starts.ts";

const UUID = "[A-Fa-f0-9]{8}(?:-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}";

/**
 * What issuers give out and say is secret, a row a family, sorted by prefix; of two that fit a text the first is
 * taken. Each begins with fixed characters and has a bounded or simple tail, so that no text makes the search slow.
 * What an issuer calls public (`pk_live_`, `sub-c-`, client and account ids) is not among them.
 */
const FAMILIES = [
  "1//0[A-Za-z0-9_-]{24,}", // Google, refresh
  "1000\\.[a-f0-9]{32}\\.[a-f0-9]{32}", // Zoho
  "3MVG9[A-Za-z0-9._+/=]{80,}", // Salesforce, consumer
  "4b1d[A-Za-z0-9]{38}(?![A-Za-z0-9])", // ClickHouse
  "5AEP861[A-Za-z0-9._=]{80,}", // Salesforce, refresh
  "A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4,5}", // 1Password
  "A3T[A-Z0-9]{17}(?![A-Za-z0-9])", // AWS
  "ABSK[A-Za-z0-9+/]{100,}", // AWS Bedrock
  `access-(?:sandbox|development|production)-${UUID}`, // Plaid
  "AGE-SECRET-KEY-1[A-Z0-9]{20,}", // age
  "aio_[A-Za-z0-9]{28}", // Adafruit
  "AIza[A-Za-z0-9_-]{30,}", // Google
  "ak_live_[A-Za-z0-9]{30}", // Pagar.me
  "AKC[A-Za-z0-9]{64,}", // JFrog
  "(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}(?![a-z])", // AWS
  "alcht_[A-Za-z0-9]{30}", // Alchemy
  "api_org_[A-Za-z0-9]{20,}", // Hugging Face
  "apify_api_[A-Za-z0-9-]{36}", // Apify
  "AQ\\.Ab[A-Za-z0-9_-]{40,}", // Google AI
  "AQVN[A-Za-z0-9_-]{35,}", // Yandex Cloud
  "AT(?:ATT|CTT)[A-Za-z0-9+/=_-]{24,}", // Atlassian
  "ATBB[A-Za-z0-9_=-]{24,}", // Bitbucket
  "ATTA[a-f0-9]{60,}", // Trello
  "(?:authress|scauth|ext|sc)_[A-Za-z0-9]{5,30}\\.[A-Za-z0-9]{4,6}\\.acc[_-][A-Za-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,}", // Authress
  "bb_(?:ma|pr)_[a-f0-9]{30}", // Bannerbear
  "BBDC-[A-Za-z0-9+/@_-]{40,}", // Bitbucket Data Center
  "BBFF-[A-Za-z0-9]{30}", // Ubidots
  "bedrock-api-key-[A-Za-z0-9+/=]{20,}", // AWS Bedrock
  "bk(?:ct|ua)_[A-Za-z0-9]{40}", // Buildkite
  "CCIPAT_[A-Za-z0-9_]{20,}", // CircleCI
  "cf(?:at|k|ut)_[A-Za-z0-9]{40,}", // Cloudflare
  "CFPAT-[A-Za-z0-9_-]{40,}", // Contentful
  "(?:CLOJARS|clojars)_[A-Za-z0-9]{60}", // Clojars
  "cmVmd[A-Za-z0-9]{59}(?![A-Za-z0-9+/=])", // JFrog, reference
  "csk-[a-z0-9]{40,}", // Cerebras
  "da2-[a-z0-9]{26}", // AWS AppSync
  "dapi[A-Fa-f0-9]{32}(?:-\\d)?", // Databricks
  "dckr_(?:pat|oat)_[A-Za-z0-9_-]{16,}", // Docker
  "dd[pw]_[A-Za-z0-9]{36}", // Deno Deploy
  "dnkey-[A-Za-z0-9=_-]{26}-[A-Za-z0-9=_-]{52}", // Defined Networking
  "do[opr]_v1_[a-f0-9]{40,}", // DigitalOcean
  "dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9._-]{20,}", // Doppler
  "dt0[a-zA-Z]\\d\\d\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{64}", // Dynatrace
  "duffel_(?:live|test)_[A-Za-z0-9_=-]{43}", // Duffel
  "e2b_[a-f0-9]{40}", // E2B
  "EAA(?:[A-Z][A-Za-z0-9]{80,}|CEdEose0cBA[A-Za-z0-9]{20,})", // Facebook
  "EAAA[A-Za-z0-9_+=-]{56,}", // Square
  "endr\\+[A-Za-z0-9-]{16,}", // Endor Labs
  "(?:eyJ|ewogIC|ewoid)[A-Za-z0-9_-]{8,}={0,2}\\.[A-Za-z0-9_-]{8,}={0,2}(?:\\.[A-Za-z0-9_-]*){0,3}", // JWT, JWE
  "eyJrIjoi[A-Za-z0-9+/]{50,}={0,2}", // Grafana, old
  "EZ[AT]K[A-Za-z0-9]{54}", // EasyPost
  "fig[dhopru]{1,2}_[A-Za-z0-9_=-]{30,}", // Figma
  "fio-u-[A-Za-z0-9_=-]{64}", // Frame.io
  "flb_live_[A-Za-z0-9]{20}", // Fleetbase
  "FLWSECK(?:_TEST)?-[A-Za-z0-9]{12,}(?:-X)?", // Flutterwave
  "fm\\d{1,3}[ar]?_[A-Za-z0-9+/=,_-]{100,}", // Fly.io
  "fo1_[A-Za-z0-9_-]{30,}", // Fly.io
  "gh[opsur]_(?:\\d{1,20}_[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]{8,}){2}|[A-Za-z0-9_]{16,})", // GitHub
  "git&\\d{12}&[A-Za-z0-9+/]{86}==", // Azure API Management
  "github_pat_[A-Za-z0-9_]{20,}", // GitHub
  "gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt|ffct)-[A-Za-z0-9_.-]{16,}", // GitLab
  "gloas-[A-Za-z0-9_-]{20,}", // GitLab, application
  "gls?[ac]_[A-Za-z0-9+/=_]{24,}", // Grafana
  "GOCSPX-[A-Za-z0-9_-]{16,}", // Google, client
  "GR1348941[A-Za-z0-9_-]{16,}", // GitLab, runner
  "gsk_[A-Za-z0-9]{30,}", // Groq
  "hawk\\.[A-Za-z0-9_-]{20}\\.[A-Za-z0-9_-]{20}", // StackHawk
  "hf_[A-Za-z0-9]{22,}", // Hugging Face
  "HRKU-AA[A-Za-z0-9_-]{50,}", // Heroku
  "hv[sbr]\\.[A-Za-z0-9_-]{16,}", // HashiCorp Vault
  "ico-(?![a-f0-9]{32})[A-Za-z0-9]{32}", // Infracost
  "ion_[a-z0-9]{42}", // Ionic
  "jina_[A-Za-z0-9_-]{50,}", // Jina
  "KGAT_[a-f0-9]{24,}", // Kaggle
  "lin_(?:api|oauth)_[A-Za-z0-9_]{30,}", // Linear
  "llx-[A-Za-z0-9]{40,}", // LlamaCloud
  "lsv2_(?:pt|sk)_[A-Za-z0-9_]{30,}", // LangSmith
  "LS0tLS1CRUdJTi(?:BSU0EgUFJJ|BQUklW|BFQyBQUkl|BPUEVOU1NI|BFTkNSWVBU|BEU0EgUFJJ)[A-Za-z0-9+/=]{8,}", // base64 of a private key
  "LTAI[A-Za-z0-9]{17,24}(?![A-Za-z0-9])", // Alibaba Cloud
  "mdb_sa_sk_[A-Za-z0-9_-]{40}", // MongoDB Atlas
  "[MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,}", // Discord
  "na1\\.[A-Za-z0-9+/]{90,}", // FullStory
  "napi_[a-z0-9]{60,}", // Neon
  "NR(?:AK|BR|II|IQ|JS)-[A-Za-z0-9_-]{19,}", // New Relic
  "(?:ntn|secret)_[A-Za-z0-9]{40,}", // Notion
  "nvapi-[A-Za-z0-9_-]{30,}", // NVIDIA
  "odt_[A-Za-z0-9]{32,}", // Dependency-Track
  "ops_ey[A-Za-z0-9+/=_-]{40,}", // 1Password
  "oy2[a-z0-9]{43}", // NuGet
  "p8e-[A-Za-z0-9-]{32}", // Adobe
  "pat-(?:eu|na)\\d-[A-Za-z0-9]{8}(?:-[A-Za-z0-9]{4}){3}-[A-Za-z0-9]{12}", // HubSpot
  "pat[A-Za-z0-9]{14}\\.[A-Za-z0-9]{62,66}", // Airtable
  "pcsk_[A-Za-z0-9_]{30,}", // Pinecone
  "pgar_[A-Za-z0-9]{27}", // pganalyze
  "ph[sx]_[A-Za-z0-9_]{40,}", // PostHog
  "(?:pi|seti)_[A-Za-z0-9]{24}_secret_[A-Za-z0-9]{20,}", // Stripe, intent
  "PMAK-[A-Za-z0-9-]{40,}", // Postman
  "PMAT-[A-Z0-9]{26}", // Postman, collection
  "pn[bu]_[A-Za-z0-9]{36}", // Prefect
  "pplx-[A-Za-z0-9]{30,}", // Perplexity
  "[ps]at\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{20}", // Harness
  "pscale_(?:oauth|pw|tkn)_[A-Za-z0-9_=.-]{32,}", // PlanetScale
  "pul-[a-z0-9]{40}", // Pulumi
  "pypi-AgE[A-Za-z0-9_-]{16,}", // PyPI
  "r8_[A-Za-z0-9]{30,}", // Replicate
  "ramp_sec_[A-Za-z0-9]{48}", // Ramp
  "rdme_[a-z0-9]{70}", // ReadMe
  `rh-api-${UUID}`, // Robinhood
  "rootly_[a-f0-9]{64}", // Rootly
  "rpa_[A-Z0-9]{40,}", // RunPod
  "[rs]k_(?:live|prod|test)_[A-Za-z0-9-]{10,}", // Stripe, Apideck, Checkout.com
  "rubygems_[A-Za-z0-9]{40,}", // RubyGems
  "s-s4t2(?:af|ud)-[a-f0-9]{64}", // 42 Intra
  "salad_cloud_[A-Za-z0-9]{1,7}_[A-Za-z0-9]{7,}", // SaladCloud
  "(?:sandbox-sq0|sq0)[a-z]{3}-[A-Za-z0-9_-]{20,}", // Square
  "sb_secret_[A-Za-z0-9_-]{20,}", // Supabase
  "sbp_[a-z0-9]{40}", // Supabase
  "scp-(?:live|test)-[a-z0-9]{32}", // Scrapfly
  "sdk-[a-z0-9]{8}-[a-z0-9]{4}-4[a-z0-9]{3}-[a-z0-9]{4}-[a-z0-9]{12}", // LaunchDarkly
  "sec-c-[A-Za-z0-9+/=]{40,}", // PubNub
  "SG\\.(?:[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}|[A-Za-z0-9_=.-]{50,})", // SendGrid
  "(?:sgp_){1,2}(?:[A-Za-z0-9]{5,16}_){0,2}[A-Za-z0-9]{40,}", // Sourcegraph, Segment
  "sha256~[A-Za-z0-9_-]{43}", // OpenShift
  "shippo_(?:live|test)_[A-Fa-f0-9]{40}", // Shippo
  "shltm_[A-Za-z0-9_-]{40}", // Flexport
  "shp(?:at|ca|pa|ss)_[A-Za-z0-9]{24,}", // Shopify
  "signkey-(?:prod|test)-[a-f0-9]{32,}", // Inngest
  "sk-(?:ant|proj|svcacct|service|admin|or|lf|None)-[A-Za-z0-9_-]{12,}", // Anthropic, OpenAI, OpenRouter, Langfuse
  "[st]k\\.[A-Za-z0-9_+/=-]{30,}\\.[A-Za-z0-9_+/=-]{20,}", // Mapbox
  "sk\\.[A-Za-z0-9.-]{80,}", // Mapbox
  "sl\\.(?:u\\.)?[A-Za-z0-9_=-]{100,}", // Dropbox
  "slk_[a-f0-9]{64}", // Sourcegraph Cody
  "sm_[aps]at_[A-Za-z0-9]{16}", // SettleMint
  "sntry[su]_[A-Za-z0-9+/=_-]{24,}", // Sentry
  "spu-[a-z0-9]{32}", // SpectralOps
  "sq[apu]_[A-Za-z0-9_=-]{40}", // SonarQube
  "sqco_[A-Za-z0-9]{59}", // SonarCloud
  "t1\\.[A-Za-z0-9_-]{1,400}={0,2}\\.[A-Za-z0-9_-]{86}={0,2}", // Yandex Cloud
  "tfp_[A-Za-z0-9_.=-]{40,}", // Typeform
  "tgp_v1_[A-Za-z0-9_-]{30,}", // Together
  "thog-(?:key-[a-f0-9]{16}|secret-[a-f0-9]{32})", // TruffleHog
  "tk-us-[A-Za-z0-9_-]{48}", // Scalingo
  "tkn\\.v1_[A-Za-z0-9]{60,}=", // Teamwork
  "tskey-[a-z]{2,20}-[A-Za-z0-9_-]{16,}", // Tailscale
  "tvly-(?:dev-|prod-)?[A-Za-z0-9_-]{20,}", // Tavily
  "v1\\.0-[A-Za-z0-9._-]{150,}", // Cloudflare, origin
  "v2/[A-Za-z0-9]{380,}", // Shutterstock
  "VF\\.(?:[DW][MS]\\.)?[A-Fa-f0-9]{24}\\.[A-Za-z0-9]{16}", // Voiceflow
  "wandb_v\\d_[A-Za-z0-9_]{20,}", // Weights & Biases
  "whsec_[A-Za-z0-9+/=]{16,}", // Stripe, Svix
  `xa[ap]t-${UUID}`, // Axiom
  "xai-[A-Za-z0-9_]{30,}", // xAI
  "xapp-\\d{1,3}-[A-Za-z0-9-]{8,}", // Slack, app
  "xkeysib-[A-Za-z0-9_-]{60,}", // Brevo
  "xox[a-eoprs]\\d{0,3}(?:\\.xox[bp])?-[A-Za-z0-9%-]{8,}", // Slack
  "xsmtpsib-[A-Za-z0-9_-]{60,}", // Brevo
  "ya29\\.[A-Za-z0-9_-]{10,}", // Google, access
  "ZXlK[A-Za-z0-9+/_-]{40,}={0,2}", // a JWT in base64
];

/** Forms that are no prefix and a tail, each with a part of it that is quickly found. */
const OTHERS: [hint: RegExp, find: string][] = [
  [/!\w/g, "00[A-Za-z0-9]{13}![A-Za-z0-9_.]{80,}"], // Salesforce, session
  [/:AA/g, "\\d{8,10}:AA[A-Za-z0-9_-]{30,}"], // Telegram
  [/Q~/g, "[A-Za-z0-9_~.-]{3}\\dQ~[A-Za-z0-9_~.-]{31,34}"], // Azure AD client secret
  [/FFFFNRAL/g, "(?:[a-f0-9]{32}|eu01xx[a-f0-9]{26})FFFFNRAL"], // New Relic, license
  [/-NRMA/g, "(?:AA[a-f0-9]{40}|eu01xx[a-f0-9]{36})-NRMA"], // New Relic, mobile
  [/\.atlasv1\./g, "[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_-]{40,}"], // Terraform Cloud
  [/\$(?:2|[56y]|a)/g, "\\$(?:2[abxy]|[56y]|apr1|argon2(?:id?|d))\\$[./A-Za-z0-9$=,]{20,}"], // password hashes
  [/\$krb5/g, "\\$krb5(?:asrep|pa|tgs)\\$\\d{2}\\$[A-Za-z0-9$*:@./_-]{40,}"], // Kerberos
];

/** Prefixes that words and ids begin with too: the rest must be characters at random. */
const WORDLIKE = [
  "(?:account|master)-[A-Za-z0-9]{20}", // Gemini, the exchange
  "act_[a-z0-9]{24}", // Smooch
  "AK1[A-Za-z0-9/]{50,55}", // EcoStruxure IT
  "(?:ak|cr)_[A-Za-z0-9]{25,30}", // ngrok
  "AP[0-9A-F][A-Za-z0-9]{20,}", // JFrog, encrypted
  "API-[A-Z0-9]{25,36}", // Octopus Deploy
  "api_[A-Za-z0-9.]{45}", // Close
  "API_KEY[A-Z0-9]{32}", // Finage
  "AAA{20}(?!A)[A-Za-z0-9%]{80,100}", // X, formerly Twitter
  "cio[A-Za-z0-9]{32}", // crates.io
  "EAAA[A-Za-z0-9_+=-]{22,55}", // Square
  "fc-[a-f0-9]{32}", // Firecrawl
  "key-(?:[a-z0-9]{32}|[A-Za-z0-9]{64})", // Mailgun, SalesBlink
  "KEY[A-Za-z0-9_-]{55}", // Telnyx
  "live_[A-Za-z0-9_=-]{40,42}", // GoCardless
  "(?:live|test)_(?:[A-Za-z0-9]{27}|[a-f0-9]{35})", // Column, Lob
  "[ls]k_(?:[A-Za-z0-9]{1,64}_){0,2}[A-Za-z0-9]{18,64}", // Baremetrics, ElevenLabs, Paystack, Photoroom, Recharge
  "NF-[A-Za-z0-9]{32}", // Nightfall
  "nf[bcopu]_[A-Za-z0-9_]{36}", // Netlify
  "pk\\.[A-Za-z0-9-]{32}", // LocationIQ
  "pk_(?!live_|test_)(?:[A-Za-z0-9]{1,20}_)?[A-Za-z0-9]{28,45}", // ClickUp, Courier, Klaviyo: no public keys
  "pri_[a-f0-9]{32}", // BestTime
  "ptr_[A-Za-z0-9/_+=-]{20,60}", // Portainer
  "r8_[A-Za-z0-9_-]{37}", // Replicate
  "re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}", // Resend
  "rnd_[A-Za-z0-9]{28,32}", // Render
  "secret_[A-Za-z0-9]{16}", // ConvertAPI
  "SK[A-Za-z0-9]{32}", // Twilio
  "sk[A-Za-z0-9]{79}", // Sanity
  `sk_(?:test_|sbox_)?${UUID}`, // Checkout.com
  "vc[aikpr]_[A-Za-z0-9]{20,60}", // Vercel
  "web_[a-z0-9]{32}", // dfuse
  "YC[A-Za-z0-9_-]{38}", // Yandex Cloud
];

/** Prefixes of which examples are shorter and plainer: the rest must look like a token. */
const LOOSE = [
  "fw_[A-Za-z0-9]{20,}", // Fireworks
  "hf_[A-Za-z0-9]{10,}", // Hugging Face
  "key-[a-f0-9]{32}", // Mailgun
  "npm_[A-Za-z0-9_]{20,}", // npm
  "pypi-[A-Za-z0-9_-]{50,}", // PyPI
  "shippo_[a-z]+_[a-f0-9]{20,}", // Shippo
  "sk-[A-Za-z0-9_-]{16,}", // OpenAI, DeepSeek and others
  "SK[a-f0-9]{32}", // Twilio
];

/** Letters and digits, or small and large ones, that follow each other less often make words. */
const FEWEST_CHANGES = 4;

const FIRST = "(?<![A-Za-z0-9])";
/** Not within an identifier. */
const ALONE = { before: "(?<![A-Za-z0-9_-])", after: "(?![A-Za-z0-9])" };

/** The forms that are no prefix and a tail. */
export const UNPREFIXED = OTHERS.map(([hint, find]) => ({
  hint,
  rules: [{ find: new RegExp(FIRST + find, "g") }],
}));

const PREFIXED = [
  { find: shape(FAMILIES, { before: FIRST, after: "" }), isSecret: () => true },
  { find: shape(WORDLIKE, ALONE), isSecret: isRandom },
  { find: shape(LOOSE, ALONE), isSecret: hasSecretTail },
];
const startsIn = startSearch([...FAMILIES, ...WORDLIKE, ...LOOSE]);

/** What begins with an issuer's prefix, whatever stands around it. Most text is passed by its first characters. */
export function issuedSpans(text: string): Span[] {
  const places = startsIn(text);
  return joined(PREFIXED.map((rule) => spansAt(text, places, rule)));
}

function shape(families: readonly string[], { before, after }: { before: string; after: string }): RegExp {
  return new RegExp(`${before}(?:${families.join("|")})${after}`, "y");
}

function isRandom(found: string): boolean {
  const runs = found.split(/[^A-Za-z0-9]+/);
  return runs.some((run) => changesOf(run) >= FEWEST_CHANGES);
}

/** How often the kind of character changes: twice in `fp16bit`, seldom in words, every second time at random. */
function changesOf(run: string): number {
  return (run.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|\d(?=[A-Za-z])/g) ?? []).length;
}

function hasSecretTail(found: string): boolean {
  return /\d/.test(found) ? looksLikeToken(found.replace(/^(?:sk-|[a-z]+[_-])/i, "")) : found.length >= 40;
}
