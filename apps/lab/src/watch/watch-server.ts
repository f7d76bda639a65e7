import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LiveView } from "./live-view.ts";

/** Interval between two looks at the experiment: a reader sees it move, and the measuring hardly notices. */
const LOOK_MS = 500;
/** Time for the open pages to fetch the report after the end. */
const FAREWELL_MS = 2000;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".csv": "text/csv; charset=utf-8",
  ".json": "application/json",
  ".md": "text/markdown; charset=utf-8",
};

const PAGE = join(import.meta.dirname, "page");

/**
 * Shows an experiment under way in browsers of this machine: a page on a loopback port that server-sent events keep up
 * to date (WHATWG HTML, section 9.2). Without an open page it does nothing.
 */
export class WatchServer {
  readonly #server: Server;
  readonly #view: (isFinished: boolean) => LiveView;
  readonly #folder: string;
  readonly #readers = new Set<ServerResponse>();
  readonly #timer: NodeJS.Timeout;
  #isFinished = false;
  #last = "";

  private constructor(server: Server, folder: string, view: (isFinished: boolean) => LiveView) {
    this.#server = server;
    this.#folder = folder;
    this.#view = view;
    this.#timer = setInterval(() => this.#show(), LOOK_MS);
  }

  /**
   * Opens a free port.
   *
   * @param folder of the results, whose files the page links to
   * @param view describes the experiment now; its argument: the report is written
   * @throws Error of listen(2)
   */
  static async open(folder: string, view: (isFinished: boolean) => LiveView): Promise<WatchServer> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const watch = new WatchServer(server, folder, view);
    server.on("request", (request, response) => watch.#answer(request, response));
    return watch;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Shows the end, waits until open pages have fetched the report, and closes. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isFinished = true;
    this.#show();
    if (this.#readers.size > 0) await sleep(FAREWELL_MS);
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path === "/events") this.#follow(response);
    else if (path === "/") send(response, ".html", readFileSync(join(PAGE, "page.html")));
    else if (path === "/watch.css") send(response, ".css", readFileSync(join(PAGE, "page.css")));
    else if (path === "/watch.js") send(response, ".js", readScript());
    else this.#sendFile(response, path);
  }

  #follow(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.on("close", () => this.#readers.delete(response));
    this.#readers.add(response);
    response.write(event(JSON.stringify(this.#view(this.#isFinished))));
  }

  #show(): void {
    if (this.#readers.size === 0) return;
    const view = JSON.stringify(this.#view(this.#isFinished));
    if (view === this.#last) return;
    this.#last = view;
    for (const reader of this.#readers) reader.write(event(view));
  }

  /** Sends a file of the results folder, and none above it. */
  #sendFile(response: ServerResponse, path: string): void {
    try {
      const name = normalize(decodeURIComponent(path)).replace(/^(\.\.[/\\])+/, "");
      send(response, extname(name), readFileSync(join(this.#folder, name)));
    } catch {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
    }
  }
}

function event(data: string): string {
  return `data: ${data}\n\n`;
}

function send(response: ServerResponse, type: string, content: Buffer | string): void {
  response.writeHead(200, { "content-type": TYPES[type] ?? "application/octet-stream" }).end(content);
}

function readScript(): string {
  return stripTypeScriptTypes(readFileSync(join(PAGE, "page.ts"), "utf8"));
}
