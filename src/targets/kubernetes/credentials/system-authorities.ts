import { getCACertificates } from "node:tls";

/** The system's certificate authorities and NODE_EXTRA_CA_CERTS; Node's own where the system has none. PEM. */
export function systemAuthorities(): string[] {
  const system = getCACertificates("system");
  return system.length === 0 ? getCACertificates("default") : [...system, ...getCACertificates("extra")];
}
