import { constants } from "node:os";
import { expect, test } from "vitest";
import {
  ACCEPT_DONE,
  ACCEPT_PAUSE,
  ACCEPT_RETRY,
  classifyAcceptError,
} from "../src/data-plane/accept-error.ts";

const { errno } = constants;

test("an empty accept queue ends accepting", () => {
  expect(classifyAcceptError(errno.EAGAIN)).toBe(ACCEPT_DONE);
});

test.each(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"] as const)("%s pauses accepting", (name) => {
  expect(classifyAcceptError(errno[name])).toBe(ACCEPT_PAUSE);
});

test.each(["ECONNABORTED", "EINTR", "ENETDOWN", "EPERM", "EPROTO"] as const)(
  "after %s the server accepts the next connection",
  (name) => {
    expect(classifyAcceptError(errno[name])).toBe(ACCEPT_RETRY);
  },
);
