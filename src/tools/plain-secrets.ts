import type { PlainSecret } from "../jobs/start/plain-secrets.ts";
import type { Policy } from "../operations/caller.ts";
import { PolicyError } from "../operations/policy-error.ts";

/** Refuses a call that would hand on a secret as it is. @throws {PolicyError} with the way that keeps it secret */
export function refuseSecrets(
  found: readonly PlainSecret[],
  { policy, way }: { policy: Policy; way: (variable: string) => string },
): void {
  const [first] = found;
  if (first === undefined || policy.allowPlainSecrets === true) return;
  const variable = found.find(({ variable: name }) => name !== undefined)?.variable ?? "MY_SECRET";
  throw new PolicyError(
    "plain_secret",
    `${[...new Set(found.map(whereText))].join("; ")}: the value of a secret must not be an argument, where it is logged and shown. It was not sent or kept. ${way(variable)}`,
  );
}

/** Of a new job: it is given the secret by the platform. */
export function bySecretEnv(variable: string): string {
  const secret = secretName(variable);
  const call = JSON.stringify({ secret_env: { [variable]: `secret:${secret}` } });
  return `Let the user store it once (apolo secret add ${secret} VALUE), then call again with ${call} instead; a command reads it as $${variable}.`;
}

/** Of a running job: it has what it was started with. */
export function fromItsEnvironment(variable: string): string {
  return `Start the job with secret_env, e.g. {"secret_env": {"${variable}": "secret:${secretName(variable)}"}} (stored by: apolo secret add ${secretName(variable)} VALUE), and read it in the command as $${variable}.`;
}

function whereText({ argument, variable, shown }: PlainSecret): string {
  return variable === undefined
    ? `${argument}: "…${shown}…" holds a secret`
    : `${argument}: ${variable} is a secret`;
}

/** As the platform takes it: lower case, digits, hyphens. */
function secretName(variable: string): string {
  return variable.toLowerCase().replaceAll("_", "-");
}
