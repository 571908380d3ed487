import type { Socket } from "node:net";

/** What Node's parser takes for "what follows is of another protocol", and with it for the end of its work. */
const readNoFurther = 2;

/**
 * Ends a connection in the middle of what it has sent. Node goes on to make requests of what it has read already, 64 KB
 * of them, which takes 100 ms a connection: its parser is told that they are none. That is not documented; where it
 * should go away, this only takes longer.
 */
export function cutOff(socket: Socket): void {
  const { parser } = socket as { parser?: { onIncoming?: () => number } | null };
  if (parser) parser.onIncoming = () => readNoFurther;
  socket.destroy();
}
