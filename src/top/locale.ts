/**
 * Whether the terminal's characters are said to be no UTF-8 (POSIX.1, 8.2: the first of these that is not empty counts).
 * Where nothing is said, as in a pod that somebody has entered, they nearly always are.
 */
export function isAsciiLocale(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== "");
  return locale !== undefined && !/utf-?8/i.test(locale);
}
