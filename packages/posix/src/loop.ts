/** Wrappers for the loops of servers and client. They are apart because no other thread needs to load them. */

export { Epoll } from "./epoll.ts";
export { HeardUntil } from "./heard-until.ts";
export { MessageCalls } from "./message-calls.ts";
