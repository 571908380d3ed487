/** Whether each node's kubelet may have a listener of its own, which is a descriptor each. */
export function descriptorsAllow(nodes: number): boolean {
  return nodes <= 10_000;
}
