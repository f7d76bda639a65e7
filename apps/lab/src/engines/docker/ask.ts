import { within } from "@c10k-lab/process";
import { EngineTrouble } from "../engine.ts";

/** An engine that takes longer than this for one request is unfit for measurements. */
export const ANSWER_MS = 30_000;

interface EngineError extends Error {
  readonly statusCode?: number;
  readonly json?: { readonly message?: string };
}

/**
 * Waits for the engine's answer to a request.
 *
 * @param request its words: "start server-epoll"
 * @throws EngineTrouble when the engine does not answer or refuses
 */
export async function ask<T>(request: string, answer: Promise<T>): Promise<T> {
  try {
    return await within(ANSWER_MS, answer, () => "no answer");
  } catch (error) {
    throw troubleOf(request, error as EngineError);
  }
}

function troubleOf(request: string, { statusCode, json, message }: EngineError): EngineTrouble {
  if (statusCode === undefined) return new EngineTrouble({ trouble: "engine-lost", request, cell: null });
  return new EngineTrouble({ trouble: "engine-refused", request, answer: json?.message ?? message });
}
