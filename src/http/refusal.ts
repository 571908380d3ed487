/** Why somebody was turned away; the `reason` label of `pingo_http_refused_total`. */
export const refusalReasons = ["evicted", "full", "tls", "certificate", "password", "request"] as const;
export type RefusalReason = (typeof refusalReasons)[number];
