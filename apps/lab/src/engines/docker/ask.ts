import { within } from "@c10k-lab/process";
import { EngineTrouble } from "../engine.ts";

/** An engine that takes longer than this for one request is unfit for measurements. */
const ANSWER_MS = 30_000;

interface EngineError extends Error {
  readonly statusCode?: number;
  readonly json?: { readonly message?: string };
}

/**
 * Waits for the engine's answer to a request.
 *
 * @param action the request in words: "start server-epoll"
 * @throws EngineTrouble when the engine does not answer or refuses
 */
export async function ask<T>(action: string, request: Promise<T>): Promise<T> {
  try {
    return await within(ANSWER_MS, request, () => "no answer");
  } catch (error) {
    throw describeTrouble(action, error as EngineError);
  }
}

function describeTrouble(action: string, { statusCode, json, message }: EngineError): EngineTrouble {
  if (statusCode === undefined) {
    return new EngineTrouble("engine-lost", `The Docker engine went away when it was to ${action}.`);
  }
  const reason = json?.message ?? message;
  return new EngineTrouble("engine-refused", `The Docker engine refused to ${action}: ${reason}.`);
}
