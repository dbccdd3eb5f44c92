/** The blob of `APOLO_PASSED_CONFIG` and `NEURO_PASSED_CONFIG`. Source: protocol reference 1.5. */
export function encodeConfig(from: {
  token: string;
  cluster: string;
  org: string;
  project: string;
  /** `http://host:port` of the platform. */
  origin: string;
}): string {
  const { token, cluster, org, project, origin } = from;
  const config = { token, cluster, org_name: org, url: `${origin}/api/v1`, project_name: project };
  return Buffer.from(JSON.stringify(config)).toString("base64");
}
