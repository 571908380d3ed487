export type KubeconfigOptions = { apiUrl: string; caPem: string; token: string };

/**
 * A kubeconfig with one context, `sandbox`:
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 * The values are JSON strings, which YAML reads as they are.
 */
export function kubeconfigYaml({ apiUrl, caPem, token }: KubeconfigOptions): string {
  return `apiVersion: v1
kind: Config
current-context: sandbox
clusters:
  - name: sandbox
    cluster:
      server: ${JSON.stringify(apiUrl)}
      certificate-authority-data: ${JSON.stringify(Buffer.from(caPem).toString("base64"))}
users:
  - name: sandbox-admin
    user:
      token: ${JSON.stringify(token)}
contexts:
  - name: sandbox
    context:
      cluster: sandbox
      user: sandbox-admin
`;
}
