import { getContainerRuntimeClient } from "testcontainers";

// Ryuk, who cleans up behind testcontainers, is an image not to be had everywhere: here labels tell what is to be removed.
process.env.TESTCONTAINERS_RYUK_DISABLED ??= "true";
// Everything is on the host's network. Inside a container testcontainers would ask for the gateway of a bridge, and an
// engine may have none.
process.env.TESTCONTAINERS_HOST_OVERRIDE ??= "127.0.0.1";

/** The engine, as testcontainers talk to it. */
export const runtime = getContainerRuntimeClient;
