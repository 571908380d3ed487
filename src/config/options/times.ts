export const secondMs = 1_000;
export const hourMs = 3_600 * secondMs;
export const dayMs = 24 * hourMs;
