import { EngineTrouble } from "../engine.ts";

/** An engine that takes longer than this for one request is not one to measure with. */
const ANSWER_MS = 30_000;

/**
 * Waits for the engine's answer to a request.
 *
 * @param what the request is to do: "start server-epoll"
 * @throws EngineTrouble when there is no answer, or it is no
 */
export async function ask<T>(what: string, request: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ANSWER_MS / 1000} s`)), ANSWER_MS);
  });
  try {
    return await Promise.race([request, tooLate]);
  } catch (error) {
    throw troubleOf(what, error as Error & { statusCode?: number; json?: { message?: string } });
  } finally {
    clearTimeout(timer);
  }
}

function troubleOf(what: string, error: Error & { statusCode?: number; json?: { message?: string } }) {
  if (error.statusCode === undefined) {
    return new EngineTrouble("engine-lost", `The Docker engine went away when it was to ${what}.`);
  }
  const reason = error.json?.message ?? error.message;
  return new EngineTrouble("engine-refused", `The Docker engine refused to ${what}: ${reason}.`);
}
