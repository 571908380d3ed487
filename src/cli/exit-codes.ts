/** What `pingo` leaves with; scripts rely on it. */
export const exitCodes = {
  fine: 0,
  /** `check` found a node that gave no answer it should have given. */
  unreachable: 1,
  /** Usage, configuration, or this machine cannot do what was asked. */
  usage: 2,
  /** The API cannot be reached or refuses. */
  api: 3,
  /** Ended by Ctrl-C, as shells count it (128 + SIGINT). */
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
