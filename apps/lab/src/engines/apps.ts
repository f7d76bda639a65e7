/** A program that the lab starts: `client`, or a server's name. */
export type App = string;

/** Returns the name of an app's folder, workspace, npm script, image and compose service. */
export function nameOf(app: App): string {
  return app === "client" ? "client" : `server-${app}`;
}
