/** What the monitoring service calls itself in `X-Service-Version`. Source: protocol reference 2.2. */
export const MONITORING_VERSION = "platform-monitoring/25.11.0";

const MONITORING =
  /\/monitoring\/|\/jobs\/(capacity|available)\b|\/jobs\/[^/]+\/(log|log_ws|top|save|attach|exec|kill|port_forward)\b/;

/** The `X-Service-Version` of the service that a request is for. */
export function versionFor(url: string | undefined): string {
  return MONITORING.test(url ?? "") ? MONITORING_VERSION : "platform-api/25.11.0";
}
